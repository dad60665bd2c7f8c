// Run inside a lab as one of its accounts: one request as it is, with that account's certificate, over the engine's TCP port.
// The request is JSON on stdin ({ method, path, headers, body: base64 }), the answer JSON on stdout.
const { readFileSync } = require('node:fs')
const https = require('node:https')

const { DOCKER_HOST, DOCKER_CERT_PATH } = process.env
const { method, path, headers, body } = JSON.parse(readFileSync(0, 'utf8'))
const { hostname, port } = new URL(DOCKER_HOST)
const pem = (name) => readFileSync(`${DOCKER_CERT_PATH}/${name}.pem`)

const call = https.request(
  { hostname, port, method, path, headers, ca: pem('ca'), cert: pem('cert'), key: pem('key') },
  (answer) => {
    const chunks = []
    answer.on('data', (chunk) => chunks.push(chunk))
    answer.on('end', () => {
      process.stdout.write(JSON.stringify({ status: answer.statusCode, body: Buffer.concat(chunks).toString() }))
    })
  },
)
call.end(Buffer.from(body, 'base64'))
