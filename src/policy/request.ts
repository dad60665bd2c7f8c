/** A request as the gates understand it, or why it cannot be understood. Pure: what the engine sent goes in. */
import type { WireRequest } from '../contract/authz.ts'
import { parseJson, type Json } from '../contract/json.ts'
import type { OperationId } from '../contract/operations.ts'
import { matchRoute } from '../contract/route.ts'

export type Body =
  /** No body, and none that the engine could read parameters from. */
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly value: Json }
  | { readonly kind: 'unreadable'; readonly why: string }

export type Request = {
  readonly operation: OperationId
  readonly object: string
  readonly query: ReadonlyMap<string, string>
  readonly body: Body
  /** The Content-Length it says; a chunked body has none, whatever its client says (T18). */
  readonly length: string | undefined
}

export function parseRequest(wire: WireRequest): Request | { readonly why: string } {
  // Before any form is tried on it.
  if ((wire.RequestUri ?? '').length > longestTarget)
    return { why: 'the path, its parameters included, is longer than 16 KiB' }
  const route = matchRoute(wire.RequestMethod ?? '', wire.RequestUri ?? '')
  if ('why' in route) return route
  return { ...route, body: parseBody(wire), length: wire.RequestHeaders?.['Content-Length'] }
}

const longestTarget = 16 * 1024

/** In base64. No container needs more, and each request waits in the gate's memory. */
const largestBody = (512 * 1024 * 4) / 3

/**
 * The engine forwards a body only if the first Content-Type is application/json; header values may lie, since the map
 * keeps the last of repeated ones. A request is surely without hidden parameters if its Content-Length is shown as 0 or
 * it has no Content-Type at all (THREATS 4.2, T10-T12, T18). Whatever the method: handlers that ask for a FormValue parse a
 * multipart body of a GET too, and root writes its files to the disk (Go net/http ParseMultipartForm).
 */
function parseBody({ RequestBody, RequestHeaders = {} }: WireRequest): Body {
  if (RequestBody !== undefined && RequestBody.length > largestBody)
    return { kind: 'unreadable', why: 'the body is larger than 512 KiB' }
  if (RequestBody !== undefined && RequestBody !== '') {
    const read = parseJson(Buffer.from(RequestBody, 'base64'))
    return 'why' in read ? { kind: 'unreadable', why: read.why } : { kind: 'json', value: read.value }
  }
  const names = Object.keys(RequestHeaders).map((name) => name.toLowerCase())
  if (RequestHeaders['Content-Length'] === '0' || !names.includes('content-type')) return { kind: 'none' }
  return {
    kind: 'unreadable',
    why: 'the engine did not show this gate the body: send JSON below 1 MiB, not chunked, or Content-Length: 0',
  }
}
