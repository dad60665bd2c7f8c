/** Go's net/url and the forms of net/http, as dockerd's handlers read parameters (THREATS 4.2, 4.3). Byte strings in and out. */

export type GoForm = ReadonlyMap<string, readonly string[]>
export type GoParsed = { readonly values: GoForm; readonly error: string | undefined }

/** net/url, unescape(): undefined where a % is not followed by two hex digits. */
export function unescapeGo(text: string, mode: 'path' | 'query'): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined
  const plus = mode === 'query' ? text.replaceAll('+', ' ') : text
  return plus.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)))
}

/** net/url, parseQuery(): goes on after an error, and returns it; handlers that use FormValue never hear of it. */
export function parseQueryGo(query: string): GoParsed {
  const values = new Map<string, readonly string[]>()
  let error: string | undefined
  for (const pair of query.split('&')) {
    if (pair.includes(';')) error ??= 'invalid semicolon separator in query'
    else if (pair !== '') {
      const cut = pair.indexOf('=')
      const key = unescapeGo(cut < 0 ? pair : pair.slice(0, cut), 'query')
      const value = unescapeGo(cut < 0 ? '' : pair.slice(cut + 1), 'query')
      if (key === undefined || value === undefined) error ??= 'invalid URL escape'
      else values.set(key, [...(values.get(key) ?? []), value])
    }
  }
  return { values, error }
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const typeForm = new RegExp(`^\\s*(${token}/${token})\\s*(?:;|$)`)
const parameterForm = new RegExp(`^\\s*;\\s*(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`)

export type MediaType = { readonly type: string; readonly boundary: string; readonly isBroken: boolean }

/** mime.ParseMediaType: the type is given also where a parameter is broken, and forms are read by it all the same. */
export function parseMediaTypeGo(header: string): MediaType {
  const [, type = ''] = typeForm.exec(header) ?? []
  let rest = header.slice(header.indexOf(';') < 0 ? header.length : header.indexOf(';'))
  let boundary = ''
  for (let match = parameterForm.exec(rest); match !== null; match = parameterForm.exec(rest)) {
    const [all, name = '', inQuotes, plain = ''] = match
    if (name.toLowerCase() === 'boundary') boundary = inQuotes ?? plain
    rest = rest.slice(all.length)
  }
  return { type: type.toLowerCase(), boundary, isBroken: type === '' || !/^\s*;?\s*$/.test(rest) }
}

export type FormRequest = {
  readonly method: string
  readonly rawQuery: string
  readonly contentType: string
  readonly body: string
}

/** net/http, Request.ParseForm: what a POST's body says stands before what the query says (T10). */
export function parseFormGo({ method, rawQuery, contentType, body }: FormRequest): GoParsed {
  const query = parseQueryGo(rawQuery)
  if (!['POST', 'PUT', 'PATCH'].includes(method)) return query
  const { type, isBroken } = parseMediaTypeGo(contentType)
  const posted = type === 'application/x-www-form-urlencoded' ? parseQueryGo(body) : parseQueryGo('')
  // The first error alone is told, and moby's httputils.ParseForm forgives one that is of the Content-Type.
  const error = isBroken && contentType !== '' ? undefined : (posted.error ?? query.error)
  return { values: concat(posted.values, query.values), error }
}

/**
 * Request.FormValue where ParseForm was not called before, as in dockerd's build, build/cancel and GET /containers/{id}/json:
 * errors are dropped, and a multipart body is read too, whatever the method.
 */
export function formValueGo(request: FormRequest): GoForm {
  const { values } = parseFormGo(request)
  const media = parseMediaTypeGo(request.contentType)
  if (media.type !== 'multipart/form-data' || media.isBroken || media.boundary === '') return values
  return concat(values, readMultipart(request.body, media.boundary))
}

/** mime/multipart, ReadForm: the parts that are no files. */
function readMultipart(body: string, boundary: string): GoForm {
  const values = new Map<string, readonly string[]>()
  const parts = `\r\n${body}`.split(`\r\n--${boundary}`)
  if (!parts.some((part) => part.startsWith('--'))) return values
  for (const part of parts.slice(1)) {
    const [, name, value = ''] = /^\r\nContent-Disposition: form-data; name="([^"]*)"\r\n\r\n(.*)$/is.exec(part) ?? []
    if (name !== undefined) values.set(name, [...(values.get(name) ?? []), value])
  }
  return values
}

function concat(first: GoForm, second: GoForm): GoForm {
  const all = new Map(first)
  for (const [key, values] of second) all.set(key, [...(all.get(key) ?? []), ...values])
  return all
}
