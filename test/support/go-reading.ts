/**
 * What dockerd makes of the bytes of a request, and what of it it shows to a gate: net/http (Go 1.19 to 1.26), gorilla/mux and
 * moby's own layers, as far as a request could be read in two ways. THREATS 3 and 4 were measured on engines; the rest is from
 * the sources that are named. Targets, header values and bodies are byte strings: one character a byte.
 */
import type { WireRequest } from '../../src/contract/authz.ts'
import { operations, type OperationId } from '../../src/contract/operations.ts'
import type { Shape } from './docker-api.ts'
import { formValueGo, parseFormGo, parseMediaTypeGo, unescapeGo, type GoForm } from './go-form.ts'
import { decodeGo, readUtf8, type GoValue } from './go-json.ts'

export type RawRequest = {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

export type Reading = {
  readonly operation: OperationId
  readonly object: string
  readonly form: GoForm
  /** What the handler decodes from the body; undefined where there is nothing to decode. */
  readonly json: GoValue
}

/** Engines differ in what they show and in what they forgive. */
const engines = ['20.10 before CVE-2024-41110', '20.10', '28 before CVE-2026-34040', '29'] as const
type Engine = (typeof engines)[number]

/** By engine: what the gate sees, and each way in which a handler may read it; none where dockerd refuses before or after the gate. */
export function readAsDockerd(
  raw: RawRequest,
  shapes: ReadonlyMap<string, Shape>,
): readonly { readonly engine: Engine; readonly wire: WireRequest; readonly readings: readonly Reading[] }[] {
  const received = receive(raw)
  const routed = received === undefined ? undefined : route(received)
  if (received === undefined || routed === undefined) return []
  return engines.flatMap((engine) => {
    const wire = show(raw, received, engine)
    return wire === undefined ? [] : [{ engine, wire, readings: handle(received, routed, shapes, engine) }]
  })
}

/** A request that net/http took. */
type Received = {
  readonly method: string
  readonly path: string
  readonly rawQuery: string
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly body: string
  /** -1 is chunked. */
  readonly length: number
  readonly isCut: boolean
}

/** net/http, readRequest and transfer.go; net/url, ParseRequestURI. */
function receive({ method, target, headers, body }: RawRequest): Received | undefined {
  const all = new Map<string, readonly string[]>()
  for (const [name, value] of headers) {
    const key = name.toLowerCase().replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase())
    all.set(key, [...(all.get(key) ?? []), value.trim()])
  }
  const length = readLength(all)
  const absolute = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?]*(.*)$/s.exec(target)
  const [rest = '', ...query] = (absolute?.[1] ?? target).split('?')
  const path = unescapeGo(rest, 'path')
  if (length === undefined || path === undefined || (!rest.startsWith('/') && absolute === null)) return undefined
  // Control characters and spaces end the request line or are refused; # is a character like any other.
  if (/[\0-\x20\x7f]/.test(target) || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method)) return undefined
  const read = length < 0 ? body : body.slice(0, length)
  return { method, path, rawQuery: query.join('?'), headers: all, body: read, length, isCut: read.length < length }
}

/** transfer.go, parseTransferEncoding and fixLength: chunked hides Content-Length, lengths that differ are refused (T18). */
function readLength(headers: Map<string, readonly string[]>): number | undefined {
  const encodings = headers.get('Transfer-Encoding')
  headers.delete('Transfer-Encoding')
  if (encodings !== undefined) {
    headers.delete('Content-Length')
    return encodings.length === 1 && encodings[0]?.toLowerCase() === 'chunked' ? -1 : undefined
  }
  const lengths = headers.get('Content-Length') ?? []
  const [length = ''] = lengths
  if (lengths.some((other) => other !== length)) return undefined
  if (length === '') headers.delete('Content-Length')
  else headers.set('Content-Length', [length])
  return /^[0-9]*$/.test(length) ? Number(length) : undefined
}

type Routed = { readonly operation: OperationId; readonly object: string }

/** gorilla/mux: the decoded path, cleaned by a redirect that no gate sees; the first route that matches, its names greedy (4.1). */
function route({ method, path }: Received): Routed | undefined {
  if (cleanPath(path) !== path) return undefined
  const [, version, rest = ''] = /^(?:\/v([0-9.]+)(?=\/))?(\/.*)$/s.exec(path) ?? []
  if (version !== undefined && !isVersion(version)) return undefined
  const match = routes.find((each) => each.method === method && each.form.test(rest))
  return match === undefined ? undefined : { operation: match.id, object: match.form.exec(rest)?.[1] ?? '' }
}

/** Names are greedy, but for swarm's. The checkpoint router comes first, "or the DELETE gets masked" (moby daemon.go). */
const routes = operations
  .map(({ id, method, path }) => {
    const isCheckpoint = path.includes('/checkpoints')
    const isPart = isCheckpoint || /^\/(?:nodes|services|tasks|secrets|configs)\//.test(path)
    const form = path.replaceAll('.', '\\.').replaceAll(/\{[a-z]+\}/g, isPart ? '([^/]+)' : '(.*)')
    // GET /networks/ is a route of its own, before the one with a name.
    return { id, method, form: new RegExp(`^${id === 'NetworkList' ? `${form}/?` : form}$`), isCheckpoint }
  })
  .toSorted((one, other) => Number(other.isCheckpoint) - Number(one.isCheckpoint))

/** gorilla/mux, cleanPath; path.Clean. */
function cleanPath(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}${path.endsWith('/') && parts.length > 0 ? '/' : ''}`
}

/** moby versions.compare goes by numbers; what is no number is 0. The newest known here is 1.99. */
function isVersion(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => (part === '' ? 0 : Number(part)))
  return major === 1 && minor >= 12 && minor <= 99
}

function isJsonType(contentType: string): boolean {
  const { type, isBroken } = parseMediaTypeGo(contentType)
  return type === 'application/json' && !isBroken
}

/** moby pkg/authorization/authz.go: the last of repeated headers, and the body if it seems to be JSON (THREATS 3.1, 3.2). */
function show(raw: RawRequest, received: Received, engine: Engine): WireRequest | undefined {
  const { method, headers, body, length, isCut } = received
  const isAuth = engine.includes('before CVE-2024')
    ? raw.target.endsWith('/auth')
    : /^(?:\/v[0-9.]+)?\/auth/.test(received.path)
  const isJson = isJsonType(headers.get('Content-Type')?.[0] ?? '') && !isAuth
  const most = engine === '29' ? 4 * 1024 * 1024 : 1024 * 1024 - 1
  const isShown = isJson && body.length <= most && (length > 0 || !engine.includes('before CVE-2024'))
  if (isJson && (isCut || (engine === '29' && body.length > most))) return undefined
  const shown = [...headers].filter(([name]) => !/^(?:Authorization|X-Registry-(?:Auth|Config))$/.test(name))
  return {
    User: 'alice',
    UserAuthNMethod: 'TLS',
    RequestMethod: method,
    RequestUri: readUtf8(raw.target),
    RequestHeaders: Object.fromEntries(shown.map(([name, values]) => [name, readUtf8(values.at(-1) ?? '')])),
    ...(isShown && body !== '' ? { RequestBody: Buffer.from(body, 'latin1').toString('base64') } : {}),
  }
}

/** What a gate would be asked if dockerd had no view of its own: nothing is refused, routed or left out. */
export const showAnyway = ({ method, target, headers, body }: RawRequest): WireRequest => ({
  User: 'alice',
  UserAuthNMethod: 'TLS',
  RequestMethod: method,
  RequestUri: readUtf8(target),
  RequestHeaders: Object.fromEntries(headers),
  ...(isJsonType(headers.find(([name]) => /^content-type$/i.test(name))?.[1] ?? '')
    ? { RequestBody: Buffer.from(body, 'latin1').toString('base64') }
    : {}),
})

/** A handler reads its parameters by ParseForm or by FormValue; which one is not for a gate to know, so neither may differ. */
function handle(
  { method, rawQuery, headers, body, length, isCut }: Received,
  routed: Routed,
  shapes: ReadonlyMap<string, Shape>,
  engine: Engine,
): readonly Reading[] {
  const contentType = headers.get('Content-Type')?.[0] ?? ''
  const request = { method, rawQuery, contentType, body }
  const strict = parseFormGo(request)
  const isForm = parseMediaTypeGo(contentType).type === 'application/x-www-form-urlencoded'
  const forms = [...(strict.error === undefined && !(isForm && isCut) ? [strict.values] : []), formValueGo(request)]
  const described = shapes.get(routed.operation)
  const shape = engine.startsWith('20.10') && routed.operation === 'ContainerCreate' ? wrap(described) : described
  const json = shape === undefined ? { value: undefined } : readBody(body, length, contentType, shape, engine)
  return json === undefined ? [] : forms.map((form) => ({ ...routed, form, json: json.value }))
}

/** runconfig.ContainerConfigWrapper, up to 26: the fields of HostConfig are read at the top level too (J8). */
function wrap(shape: Shape | undefined): Shape | undefined {
  const hostConfig = shape?.kind === 'object' ? shape.fields.get('HostConfig') : undefined
  if (shape?.kind !== 'object' || hostConfig?.kind !== 'object') return shape
  return { kind: 'object', fields: new Map([...hostConfig.fields, ...shape.fields]) }
}

/** httputils.ReadJSON and CheckForJSON: JSON by its first Content-Type; 20.10 forgives what follows (J9). */
function readBody(
  body: string,
  length: number,
  contentType: string,
  shape: Shape,
  engine: Engine,
): { readonly value: GoValue } | undefined {
  if (length === 0 || body === '') return { value: undefined }
  if (!isJsonType(contentType)) return undefined
  const read = decodeGo(body, shape)
  if ('error' in read) return undefined
  const isForgiven = engine.startsWith('20.10') || /^[}\]]/.test(read.trailing)
  return read.trailing === '' || isForgiven ? { value: read.value } : undefined
}
