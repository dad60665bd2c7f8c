import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { connect as connectPlain, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { hostAndPort } from './address.ts'
import { connectFailure } from './connect-failure.ts'
import { parseDockerConfig } from './docker-config.ts'
import type { ClientSettings, Endpoint } from './endpoint.ts'
import { findHeaders } from './http-headers.ts'

/** A small HTTP client for one engine: kept-alive connections opened ahead, streams, and hijacked connections. */

export type Options = {
  readonly query?: Readonly<Record<string, string>>
  /** Sent as JSON. Without it a POST is sent with Content-Length: 0 and no type, as gate 1 wants a body-less call. */
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

export type Reply = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly body: Buffer }

export type Engine = {
  readonly settings: ClientSettings
  readonly ask: (method: string, path: string, options?: Options & { readonly limit?: number }) => Promise<Reply>
  /** Settles when the head has come; the body is the caller's to read. */
  readonly open: (method: string, path: string, options?: Options) => Promise<IncomingMessage>
  /** The raw connection behind a 101, or the answer that was given instead. */
  readonly hijack: (path: string, options?: Options) => Promise<Duplex | Reply>
  readonly warm: (count: number) => void
  readonly close: () => void
}

export const openEngine = async (endpoint: Endpoint): Promise<Engine> => {
  const connectAnew = await connector(endpoint)
  const connect = () => connectAnew().setNoDelay(true).setKeepAlive(true, 30_000)
  const ahead: Duplex[] = []
  const agent = new Agent({ keepAlive: true })
  agent.createConnection = () => takeOpen(ahead) ?? connect()
  const { settings = noSettings } = endpoint
  const custom = findHeaders(settings)
  const send = (method: string, path: string, options: Options, headers: Readonly<Record<string, string>> = {}) =>
    sendRequest(agent, endpoint, method, path, options, { ...custom, ...options.headers, ...headers })

  const open = async (method: string, path: string, options: Options = {}): Promise<IncomingMessage> =>
    settle(endpoint, send(method, path, options), (request, resolve) => request.once('response', resolve))

  return {
    settings,
    open,
    ask: async (method, path, options = {}) => read(endpoint, await open(method, path, options), options.limit),
    hijack: async (path, options = {}) => {
      const request = send('POST', path, options, { Connection: 'Upgrade', Upgrade: 'tcp' })
      const answer = await settle<Duplex | IncomingMessage>(endpoint, request, (each, resolve) => {
        each.once('upgrade', (_, socket, head) => {
          if (head.length > 0) socket.unshift(head)
          resolve(socket)
        })
        each.once('response', resolve)
      })
      return 'headers' in answer ? read(endpoint, answer, undefined) : answer
    },
    warm: (count) => {
      for (let i = 0; i < count; i += 1) ahead.push(connect().on('error', ignore))
    },
    close: () => {
      for (const socket of ahead) socket.destroy()
      agent.destroy()
    },
  }
}

const noSettings: ClientSettings = { env: {}, config: parseDockerConfig('', ''), address: '' }

/** The request that uses the connection reports its errors; one that nobody uses has none to report. */
const ignore = () => {}

const takeOpen = (ahead: Duplex[]): Duplex | undefined => {
  for (let socket = ahead.shift(); socket !== undefined; socket = ahead.shift()) if (!socket.destroyed) return socket
  return undefined
}

/** node:tls is loaded only where TLS is spoken. */
const connector = async (endpoint: Endpoint): Promise<() => Socket> => {
  if (endpoint.kind === 'unix') return () => connectPlain({ path: endpoint.path })
  const { host, port, certificate } = endpoint
  if (certificate === undefined) return () => connectPlain({ host, port })
  const { connect, createSecureContext } = await import('node:tls')
  const { ca, cert, key } = certificate
  try {
    const secureContext = createSecureContext({ ca, cert, key, minVersion: 'TLSv1.2' })
    // Said, or NODE_TLS_REJECT_UNAUTHORIZED would decide; docker's client knows no such variable.
    return () => connect({ host, port, secureContext, rejectUnauthorized: true, ALPNProtocols: ['http/1.1'] })
  } catch (error) {
    throw await connectFailure(error, endpoint)
  }
}

const sendRequest = (
  agent: Agent,
  endpoint: Endpoint,
  method: string,
  path: string,
  { query, json, signal }: Options,
  extra: Readonly<Record<string, string>>,
): ClientRequest => {
  const body = json === undefined ? undefined : JSON.stringify(json)
  const headers: Record<string, string> = { ...extra }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (method !== 'GET' && method !== 'HEAD') headers['Content-Length'] = String(Buffer.byteLength(body ?? ''))
  headers['Host'] = endpoint.kind === 'unix' ? 'docker' : hostAndPort(endpoint)
  const target = query === undefined ? path : `${path}?${new URLSearchParams(query).toString()}`
  const request = httpRequest({ agent, method, path: target, headers, ...(signal === undefined ? {} : { signal }) })
  request.end(body)
  return request
}

const settle = async <T>(
  endpoint: Endpoint,
  request: ClientRequest,
  listen: (request: ClientRequest, resolve: (value: T) => void) => void,
): Promise<T> => {
  try {
    return await new Promise<T>((resolve, reject) => {
      request.on('error', reject)
      listen(request, resolve)
    })
  } catch (error) {
    throw await connectFailure(error, endpoint)
  }
}

/** Beyond the limit the rest is not read: the body is then cut there, and one byte longer than allowed. */
const read = async (endpoint: Endpoint, response: IncomingMessage, limit = 64 * 1024 * 1024): Promise<Reply> => {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of response.iterator({ destroyOnReturn: true })) {
      const bytes = Buffer.from(chunk)
      chunks.push(bytes)
      length += bytes.length
      if (length > limit) break
    }
  } catch (error) {
    throw await connectFailure(error, endpoint)
  }
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks).subarray(0, limit + 1),
  }
}
