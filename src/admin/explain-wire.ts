/** A client's request as the engine would show it to the gate (moby pkg/authorization/authz.go; THREATS 3.1, 3.2). */
import type { WireRequest } from '../contract/authz.ts'

export type RawRequest = {
  readonly method: string
  readonly target: string
  /** Names and values by turns, as they came. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

/** From here on engines show no body, or refuse the request. */
const largestShown = 1024 * 1024

export function buildWire(login: string, { method, target, rawHeaders, body }: RawRequest): WireRequest {
  const headers = pairsOf(rawHeaders)
  const first = headers.find(([name]) => name === 'Content-Type')?.[1] ?? ''
  const isJson = /^application\/json *(?:;|$)/i.test(first.trim())
  const isAuth = /^[^/]*\/(?:v\d[\d.]*\/)?auth/.test(target)
  const isShown = isJson && !isAuth && body.length > 0 && body.length < largestShown
  const isChunked = headers.some(([name]) => name === 'Transfer-Encoding')
  return {
    User: login,
    UserAuthNMethod: 'TLS',
    RequestMethod: method,
    RequestUri: target,
    ...(isShown ? { RequestBody: body.toString('base64') } : {}),
    // Of a repeated header the last value is shown.
    RequestHeaders: Object.fromEntries(
      headers.filter(([name]) => !hidden.has(name) && !(isChunked && name === 'Content-Length')),
    ),
  }
}

const hidden: ReadonlySet<string> = new Set([
  'Authorization',
  'Host',
  'Transfer-Encoding',
  'X-Registry-Auth',
  'X-Registry-Config',
])

function pairsOf(raw: readonly string[]): readonly (readonly [string, string])[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[canonical(name), raw[index + 1] ?? ''] as const] : []))
}

/** As Go's net/textproto spells names. */
const canonical = (name: string): string =>
  name.toLowerCase().replaceAll(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase())
