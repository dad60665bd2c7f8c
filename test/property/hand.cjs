// Run inside a lab as one of its accounts, as from a shell on the host: makes, swaps and removes what is the account's own,
// and says what the kernel lets it see. In, a line of JSON each: { id, verb, path }. Out: { id, ... }.
const fs = require('node:fs')
const { createInterface } = require('node:readline')

const can = (path, mode) => {
  try {
    fs.accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
const look = (path) => {
  const { dev, ino, uid, mode } = fs.statSync(path)
  return { dev, ino, uid, mode, reads: can(path, fs.constants.R_OK) }
}
const verbs = {
  look,
  make: (path) => fs.mkdirSync(path, { recursive: true }),
  file: (path) => fs.writeFileSync(path, ''),
  remove: (path) => fs.rmSync(path, { recursive: true, force: true }),
  link: (path, to) => {
    fs.rmSync(path, { recursive: true, force: true })
    fs.symlinkSync(to, path)
  },
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, verb, path, to } = JSON.parse(line)
  let seen
  try {
    seen = verbs[verb](path, to)
  } catch (error) {
    seen = { error: error.code }
  }
  process.stdout.write(`${JSON.stringify({ ...seen, id })}\n`)
})
