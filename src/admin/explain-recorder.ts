/** What stands in for the engine while a line is explained: it shows what its user may look at, and lets nothing be done. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { WireRequest } from '../contract/authz.ts'
import type { Reply } from '../host/http.ts'
import type { Explanation } from '../policy/explanation.ts'
import type { Explain } from './explain-gate.ts'
import { buildWire } from './explain-wire.ts'

export type Seen = { readonly wire: WireRequest; readonly explanation: Explanation }

export type RecorderPorts = {
  readonly login: string
  readonly explain: Explain
  /** Asks the real engine, as root: for looks that the gate would allow the user, and for nothing else. */
  readonly look: (method: string, target: string) => Promise<Reply>
}

export type Recorder = {
  readonly server: Server
  /** What was explained, in the order of the answers. */
  readonly seen: readonly Seen[]
  /** Settles at the first request that is no look, once it is explained; rejects when the gate or the engine is away. */
  readonly over: Promise<void>
}

/** What clients look at before they act. Other GETs do something too, send a stream, or cost much. */
const looks: ReadonlySet<string> = new Set([
  'SystemPing',
  'SystemPingHead',
  'SystemVersion',
  'SystemInfo',
  'ContainerList',
  'ContainerInspect',
  'ExecInspect',
  'ImageList',
  'ImageInspect',
  'ImageHistory',
  'NetworkList',
  'NetworkInspect',
  'VolumeList',
  'VolumeInspect',
])

/** The user may send what they like; this is root's memory. */
const mostRequests = 500
const mostConnections = 16
const largestBody = 4 * 1024 * 1024

export function createRecorder({ login, explain, look }: RecorderPorts): Recorder {
  const seen: Seen[] = []
  const { promise: over, resolve, reject } = withResolvers()
  let isOver = false

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: target = '', rawHeaders } = request
    const wire = buildWire(login, { method, target, rawHeaders, body: await readBody(request) })
    if (isOver) return refuse(response, notDone)
    const explanation = await explain(wire)
    // Another one may have ended it meanwhile.
    if (isOver || seen.length >= mostRequests) return refuse(response, notDone)
    seen.push({ wire, explanation })
    const { verdict, operation, why } = explanation
    const isReading = method === 'GET' || method === 'HEAD'
    if (isReading && verdict === 'deny' && seen.length < mostRequests) return refuse(response, why)
    if (isReading && verdict === 'allow' && looks.has(operation) && seen.length < mostRequests) {
      const reply = await look(method, target)
      // What did not exist may have become another's since: then it is not shown (answer.ts).
      return (await explain(wire)).verdict === 'allow' ? pass(response, reply) : refuse(response, why)
    }
    isOver = true
    response.on('close', resolve)
    refuse(response, notDone)
  }

  const server = createServer((request, response) => {
    // A client that has gone is no failure of the gate or the engine.
    answer(request, response).catch((error: unknown) => {
      if (!request.destroyed || !isBroken(error)) reject(error)
      response.destroy()
    })
  })
  server.maxConnections = mostConnections
  return { server, seen, over }
}

const notDone = 'only explained, not done: dockerrunctl policy explain lets nothing be done'

class TooLarge extends Error {}

const isBroken = (error: unknown): boolean =>
  error instanceof TooLarge || (error instanceof Error && 'code' in error && error.code === 'ECONNRESET')

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    if ((size += bytes.length) > largestBody) throw new TooLarge('the body is too large')
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

function refuse(response: ServerResponse, message: string): void {
  const text = JSON.stringify({ message })
  response.writeHead(403, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}

function pass(response: ServerResponse, { status, headers, body }: Reply): void {
  const kept = passedHeaders.flatMap((name) => {
    const value = headers[name]
    return typeof value === 'string' ? [[name, value] as const] : []
  })
  response.writeHead(status, { ...Object.fromEntries(kept), 'content-length': body.length })
  response.end(body)
}

const passedHeaders = [
  'api-version',
  'builder-version',
  'cache-control',
  'content-type',
  'docker-experimental',
  'ostype',
  'server',
  'swarm',
]

/** Promise.withResolvers came with Node 22. */
function withResolvers() {
  let resolve: () => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<void>((yes, no) => {
    resolve = yes
    reject = no
  })
  // Whoever waits hears of it; until then it is no unhandled one.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
