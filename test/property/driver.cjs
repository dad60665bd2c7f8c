// Run inside a lab as one of its accounts: sends requests as they are, over kept TLS connections, several at a time.
// In, a line of JSON each: { id, method, path, headers, body }. Out: { id, status, body }.
const { readFileSync } = require('node:fs')
const https = require('node:https')
const { createInterface } = require('node:readline')

const { DOCKER_HOST, DOCKER_CERT_PATH } = process.env
const { hostname, port } = new URL(DOCKER_HOST)
const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => readFileSync(`${DOCKER_CERT_PATH}/${name}.pem`))
const agent = new https.Agent({ keepAlive: true, maxSockets: 12, ca, cert, key })

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method, path, headers, body } = JSON.parse(line)
    const say = (status, text) => process.stdout.write(`${JSON.stringify({ id, status, body: text })}\n`)
    const call = https.request({ hostname, port, method, path, headers, agent }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk) => (text += chunk))
      answer.on('end', () => say(answer.statusCode, text))
      answer.on('error', (error) => say(0, String(error)))
    })
    call.on('error', (error) => say(0, String(error)))
    call.end(body)
  })
  .on('close', () => agent.destroy())
