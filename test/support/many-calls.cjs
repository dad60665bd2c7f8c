// Run inside a lab as one of its accounts: requests with that account's certificate, some at a time, over connections that are
// kept, until standard input ends. Its first line is { requests: [{ method, path, body }], concurrency }; they are taken in
// turn, with the number of the call for NUMBER in a path. On stdout a list of the statuses; 0 is no answer.
const { readFileSync } = require('node:fs')
const https = require('node:https')
const { createInterface } = require('node:readline')

const { DOCKER_HOST, DOCKER_CERT_PATH } = process.env
const { hostname, port } = new URL(DOCKER_HOST)
const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => readFileSync(`${DOCKER_CERT_PATH}/${name}.pem`))
const statuses = []
const over = new AbortController()

const ask = (agent, { method, path, body }) =>
  new Promise((resolve) => {
    const headers =
      body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
    const call = https.request({ hostname, port, agent, method, path, headers }, (answer) => {
      answer
        .resume()
        .on('end', () => resolve(answer.statusCode))
        .on('error', () => resolve(0))
    })
    call.on('error', () => resolve(0))
    call.end(body)
  })

const askAll = async ({ requests, concurrency }) => {
  const agent = new https.Agent({ keepAlive: true, maxSockets: concurrency, ca, cert, key })
  const askOn = async () => {
    do {
      const number = statuses.push(0) - 1
      const { path, ...request } = requests[number % requests.length]
      statuses[number] = await ask(agent, { ...request, path: path.replace('NUMBER', number) })
    } while (!over.signal.aborted)
  }
  await Promise.all(Array.from({ length: concurrency }, askOn))
  process.stdout.write(JSON.stringify(statuses))
  agent.destroy()
}

createInterface({ input: process.stdin })
  .once('line', (line) => void askAll(JSON.parse(line)))
  .once('close', () => over.abort())
