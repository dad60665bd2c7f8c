// stub-engine.cjs SOCKET CERTIFICATES: run inside a lab; answers like dockerd to what the clients ask, at once and always alike: runs
// nothing, keeps nothing but which connection belongs to which container. It listens at SOCKET and, with mutual TLS, at two ports of
// 127.0.0.1, and says on stdout which. Behind the second each byte comes 10 ms later in each direction: 20 ms for a round trip.
const { readFileSync } = require('node:fs')
const http = require('node:http')
const https = require('node:https')
const net = require('node:net')

const [socketPath, certificates] = process.argv.slice(-2)
const oneWay = 10

const labels = { 'org.dockerrun.stub': 'yes' }
const idOf = (number) => number.toString(16).padStart(64, '0')
const list = Array.from({ length: 10 }, (_, index) => ({
  Id: idOf(0xabcdef00 + index),
  Names: [`/stub-${index}`],
  Image: 'busybox',
  ImageID: `sha256:${idOf(1)}`,
  Command: 'sleep 1000',
  Created: 1_700_000_000,
  Ports: [],
  Labels: labels,
  State: 'running',
  Status: 'Up 2 hours',
  HostConfig: { NetworkMode: 'none' },
  NetworkSettings: { Networks: {} },
  Mounts: [],
}))
const image = {
  Id: `sha256:${idOf(1)}`,
  RepoTags: ['busybox:latest'],
  Os: 'linux',
  Architecture: 'amd64',
  Config: { Env: ['PATH=/usr/bin:/bin'], Cmd: ['sh'], Entrypoint: null, WorkingDir: '', Labels: null },
}
const containerOf = (id) => ({
  Id: id,
  Name: '/stub',
  State: { Status: 'running', Running: true, Pid: 0, ExitCode: 0 },
  Config: { Env: ['PATH=/usr/bin:/bin'], Tty: false, Labels: labels },
  HostConfig: { AutoRemove: false },
})

/** By id, of containers that are not over: the attached connection, and the answers that wait for the end. */
const running = new Map()
let made = 0
const stateOf = (id) => {
  const state = running.get(id) ?? { attached: [], waiting: [] }
  running.set(id, state)
  return state
}

const json = (response, status, value) => {
  const text = JSON.stringify(value)
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}
const nothing = (response) => response.writeHead(204).end()

const routes = [
  [/^(?:GET|HEAD) \/_ping$/, (_, response) => response.end('OK')],
  [/^GET \/containers\/json$/, (_, response) => json(response, 200, list)],
  [/^GET \/images\/busybox(?::latest)?\/json$/, (_, response) => json(response, 200, image)],
  [/^POST \/containers\/create$/, (_, response) => json(response, 201, { Id: idOf((made += 1)), Warnings: [] })],
  [/^HEAD \/containers\/([^/]+)\/archive$/, (_, response) => response.end()],
  [/^GET \/containers\/([^/]+)\/archive$/, (_, response) => json(response, 404, { message: 'no such file' })],
  [/^DELETE \/containers\/([^/]+)$/, (_, response) => nothing(response)],
  [/^POST \/containers\/([^/]+)\/start$/, ([, id], response) => start(id, response)],
  [/^POST \/containers\/([^/]+)\/wait$/, ([, id], response) => wait(id, response)],
  [/^GET \/containers\/nosuch\/json$/, (_, response) => json(response, 404, { message: 'No such container: nosuch' })],
  [/^GET \/containers\/([^/]+)\/json$/, ([, id], response) => json(response, 200, containerOf(id))],
  [/^POST \/containers\/([^/]+)\/exec$/, ([, id], response) => json(response, 201, { Id: `of-${id}` })],
  [
    /^GET \/exec\/([^/]+)\/json$/,
    (_, response) => json(response, 200, { ID: idOf(2), Running: false, ExitCode: 0, Pid: 7 }),
  ],
]

const lineOf = ({ method, url }) => `${method} ${url.replace(/^\/v1\.[0-9]+/, '').replace(/\?.*/, '')}`

const answer = (request, response) => {
  request.resume()
  response.setHeader('Api-Version', '1.41')
  response.setHeader('Docker-Experimental', 'false')
  response.setHeader('Ostype', 'linux')
  const line = lineOf(request)
  for (const [pattern, reply] of routes) {
    const found = pattern.exec(line)
    if (found === null) continue
    reply(found, response)
    return
  }
  process.stderr.write(`not known here: ${line}\n`)
  json(response, 501, { message: `the stub does not know ${line}` })
}

const wait = (id, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json' })
  response.flushHeaders()
  stateOf(id).waiting.push(response)
}

const frame = (stream, text) =>
  Buffer.from(`${String.fromCharCode(stream)}\0\0\0\0\0\0${String.fromCharCode(text.length)}${text}`)
/** What is said on stdout before all is over; and by an exec in the container `both` in turn on stdout and stderr. */
const said = frame(1, 'said\n')
const both = Buffer.concat(Array.from({ length: 200 }, (_, index) => frame(1 + (index % 2), `${index}\n`)))

/** The container is over with its start. */
const start = (id, response) => {
  const { attached, waiting } = stateOf(id)
  running.delete(id)
  nothing(response)
  for (const socket of attached) socket.end(said)
  for (const each of waiting) each.end('{"StatusCode":0}\n')
}

const upgrade = (request, socket) => {
  socket.on('error', () => {}).resume()
  socket.write(
    'HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
  )
  const line = lineOf(request)
  const [, id] = /^POST \/containers\/([^/]+)\/attach$/.exec(line) ?? []
  if (id === undefined) socket.end(line === 'POST /exec/of-both/start' ? both : said)
  else stateOf(id).attached.push(socket)
}

/** Each chunk, and the end, after the same time: nothing overtakes. TCP's own handshake is not delayed. */
const delayed = (port) =>
  net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const engine = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    for (const [from, to] of [
      [client, engine],
      [engine, client],
    ])
      from
        .on('data', (chunk) => setTimeout(() => to.write(chunk), oneWay))
        .on('end', () => setTimeout(() => to.end(), oneWay))
        .on('error', () => to.destroy())
  })

const listen = (server, ...where) =>
  new Promise((resolve) => server.listen(...where, () => resolve(server.address().port)))
const serve = (server) => server.on('upgrade', upgrade)

const main = async () => {
  const read = (name) => readFileSync(`${certificates}/${name}`)
  const tls = { ca: read('ca.pem'), cert: read('server/cert.pem'), key: read('server/key.pem') }
  // As Go's server: TLS 1.3, a certificate from everybody.
  const secure = { ...tls, requestCert: true, rejectUnauthorized: true, keepAliveTimeout: 0 }
  await listen(serve(http.createServer({ keepAliveTimeout: 0 }, answer)), socketPath)
  const port = await listen(serve(https.createServer(secure, answer)), 0, '127.0.0.1')
  const slow = await listen(delayed(port), 0, '127.0.0.1')
  process.stdout.write(`ports ${port} ${slow}\n`)
}
void main()
