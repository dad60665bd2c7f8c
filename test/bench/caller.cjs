// Run inside a lab as one of its accounts: calls with that account's certificate, in batches, over connections that are kept from
// batch to batch. In, a line of JSON each: { method, path, body, calls, concurrency }. Out: { microseconds, statuses, ids,
// connections }: how long the batch took, what was answered and made, and how many connections had to be opened for it.
const { readFileSync } = require('node:fs')
const https = require('node:https')
const { createInterface } = require('node:readline')

const { DOCKER_HOST, DOCKER_CERT_PATH } = process.env
const { hostname, port } = new URL(DOCKER_HOST)
const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => readFileSync(`${DOCKER_CERT_PATH}/${name}.pem`))
const agent = new https.Agent({ keepAlive: true, maxSockets: 64, ca, cert, key })

const ask = ({ method, path, body }) =>
  new Promise((resolve, reject) => {
    const headers =
      body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
    const call = https.request({ hostname, port, agent, method, path, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk) => (text += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode, text, isNew: call.reusedSocket === false }))
      answer.on('error', reject)
    })
    call.on('error', reject)
    call.end(body)
  })

const askAll = async ({ calls, concurrency, ...request }) => {
  const answers = []
  let left = calls
  const askOn = async () => {
    while (left-- > 0) answers.push(await ask(request))
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: concurrency }, askOn))
  const microseconds = (performance.now() - start) * 1000
  const statuses = [...new Set(answers.map(({ status }) => status))]
  const ids = request.method === 'POST' ? answers.map(({ text }) => JSON.parse(text).Id) : []
  const connections = answers.filter(({ isNew }) => isNew === true).length
  process.stdout.write(`${JSON.stringify({ microseconds, statuses, ids, connections })}\n`)
}

createInterface({ input: process.stdin })
  .on('line', (line) => void askAll(JSON.parse(line)))
  .on('close', () => agent.destroy())
