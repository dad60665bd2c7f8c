/** Docker's plugin protocol on a unix socket only root may open. Whatever goes wrong in here is a denial. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Adoption } from '../contract/adoption.ts'
import type { WireRequest, WireResponse } from '../contract/authz.ts'
import type { Recorded } from '../contract/certificate-event.ts'
import { adoptContainers } from './adopt.ts'
import { answerRequest, answerResponse, type Ports } from './answer.ts'
import { recordCertificates } from './certificate-events.ts'
import { rejection } from './deadline.ts'
import { explainRequest, type Answer, type ExplainPorts } from './explain.ts'

/** The engine shows bodies up to 4 MiB, in base64, twice where a response is shown too (THREATS 3.2). */
const largestMessage = 16 * 1024 * 1024
/** The engine waits for ever (T20); so the gate ends it, with a denial. */
const longest = 15_000

/** A server that is not listening yet. */
export function createGate(ports: Ports & ExplainPorts): Server {
  const server = createServer((request, response) => void serve(request, response, ports))
  // The engine keeps its connections and retries a lost call with an EMPTY body (T16): never close an idle one.
  server.keepAliveTimeout = 0
  server.requestTimeout = 0
  server.headersTimeout = 0
  server.timeout = 0
  return server
}

async function serve(request: IncomingMessage, response: ServerResponse, ports: Ports & ExplainPorts): Promise<void> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(new Error('no decision in time')), longest)
  try {
    send(response, await Promise.race([route(request, ports, deadline.signal), rejection(deadline.signal)]))
  } catch (error) {
    ports.report(error)
    send(response, { Allow: false, Msg: 'the gate could not decide; the administrator finds why in its log' })
  } finally {
    clearTimeout(timer)
  }
}

async function route(
  request: IncomingMessage,
  ports: Ports & ExplainPorts,
  deadline: AbortSignal,
): Promise<WireResponse | Answer | Adoption | Recorded | { readonly Implements: readonly string[] }> {
  switch (request.url) {
    case '/Plugin.Activate':
      return { Implements: ['authz'] }
    case '/AuthZPlugin.AuthZReq':
      return await answerRequest(await readMessage(request), ports, deadline)
    case '/AuthZPlugin.AuthZRes':
      return await answerResponse(await readMessage(request), ports)
    case '/Dockerrun.Explain':
      return await explainRequest(await readMessage(request), ports, deadline)
    case '/Dockerrun.Adopt':
      return await adoptContainers(await readJson(request), ports, deadline)
    case '/Dockerrun.Certificates':
      return recordCertificates(await readJson(request), ports)
    default:
      return { Allow: false, Msg: 'the engine asked what this gate does not know' }
  }
}

async function readMessage(request: IncomingMessage): Promise<WireRequest> {
  const message = await readJson(request)
  if (!isWireRequest(message)) throw new Error('the message of the engine is not readable')
  return message
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk) || (size += chunk.length) > largestMessage)
      throw new Error('the message of the engine is too large')
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString())
}

/** The engine is trusted to send its own types; a retried, empty message (T16) is told apart by what it lacks. */
function isWireRequest(value: unknown): value is WireRequest {
  if (typeof value !== 'object' || value === null) return false
  const texts = ['User', 'UserAuthNMethod', 'RequestMethod', 'RequestUri', 'RequestBody', 'ResponseBody']
  return Object.entries(value).every(
    ([key, field]) => !texts.includes(key) || field === null || typeof field === 'string',
  )
}

function send(response: ServerResponse, answer: object): void {
  const text = JSON.stringify(answer)
  response.writeHead(200, {
    'Content-Type': 'application/vnd.docker.plugins.v1.2+json',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}
