/**
 * npm run demo [-- COMMAND... | shell | stop]: a private engine with the gates, and an ordinary account that may use it.
 * It stays until it is stopped, so that the next call costs next to nothing. Nothing of the machine is changed.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { EngineEnvironment } from './engine.ts'
import { startLab } from './lab.ts'
import { type NamespaceRecord, openNamespace } from './namespace.ts'
import { checkout } from './packages.ts'
import { showProgram } from './program.ts'
import { shellWord } from './terminal.ts'

type Demo = { readonly record: NamespaceRecord; readonly env: EngineEnvironment; readonly installed: number }

const folder = join(checkout, '.lab', 'demo')
const stateFile = join(folder, 'state.json')
const login = 'ada'

const main = async (words: readonly string[]): Promise<number> => {
  const [first] = words
  if (first === 'stop' && words.length === 1) return stopDemo()
  build()
  const { record, env } = await openDemo()
  const lab = openNamespace(record)
  const asAda = { as: login, env: { ...env, TERM: process.env['TERM'] ?? 'dumb' } }
  if (first === 'shell' && words.length === 1) {
    say(`a shell as ${login}; try: dockerrun busybox id`)
    return showProgram(lab, ['/bin/bash'], asAda)
  }
  const line = ['dockerrun', 'busybox', ...(words.length === 0 ? ['id'] : words)]
  say(`${login}$ ${line.map((word) => (/^[\w./:=-]+$/.test(word) ? word : shellWord(word))).join(' ')}`)
  const status = showProgram(lab, line, asAda)
  say(`\na shell as ${login}: npm run demo -- shell\nthe end of it:   npm run demo -- stop`)
  return status
}

/** The running lab, or a new one where there is none or the programs were built again since. */
const openDemo = async (): Promise<Demo> => {
  const installed = newest(join(checkout, 'dist'))
  const running = readDemo()
  if (running?.installed === installed && openNamespace(running.record).isAlive()) return running
  await stopDemo()
  mkdirSync(folder, { recursive: true })
  const lab = await startLab({ log: join(folder, 'log'), people: false })
  try {
    const groups = [{ name: 'beamline', gid: 3001 }]
    lab.account({ login, uid: 2001, gid: 2001, groups, gecos: 'Ada', shell: '/bin/bash' })
    const engine = await lab.engine({ name: 'demo' })
    const demo: Demo = { record: lab.record, env: await engine.login(login), installed }
    writeFileSync(stateFile, JSON.stringify(demo))
    say(`a private engine runs on ${engine.host}, in namespaces of its own, with gate 1 in front of it`)
    return demo
  } catch (error) {
    await lab.stop()
    throw error
  }
}

const stopDemo = async (): Promise<number> => {
  const running = readDemo()
  if (running !== undefined) await openNamespace(running.record).stop()
  rmSync(folder, { recursive: true, force: true })
  return 0
}

const readDemo = (): Demo | undefined =>
  existsSync(stateFile) ? (JSON.parse(readFileSync(stateFile, 'utf8')) as Demo) : undefined

/** Builds dist where it is missing or older than what it is made of. */
const build = (): void => {
  const sources = ['src', 'package.json', 'package-lock.json', 'test/support/build.sh']
  const isBuilt = Math.max(...sources.map((source) => newest(join(checkout, source)))) <= newest(join(checkout, 'dist'))
  if (isBuilt) return
  const path = [join(checkout, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter)
  const script = join(checkout, 'test', 'support', 'build.sh')
  const { status } = spawnSync('sh', [script], { stdio: 'inherit', env: { ...process.env, PATH: path } })
  if (status !== 0) throw new Error('dockerrun could not be built')
}

/** When the newest file of a folder was written; 0 where there is none. */
const newest = (path: string): number => {
  if (!existsSync(path)) return 0
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

process.exitCode = await main(process.argv.slice(2))
