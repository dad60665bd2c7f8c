/** A query string with one reading, or why it has two: Go and JavaScript differ on ; # %zz and repeated keys (T19). */
export function parseQuery(raw: string): { readonly query: ReadonlyMap<string, string> } | { readonly why: string } {
  const query = new Map<string, string>()
  if (raw === '') return { query }
  if (!/^[A-Za-z0-9_.~%+=&:,/@!*'()$-]*$/.test(raw))
    return { why: 'the query has a character that must be percent-encoded' }
  for (const pair of raw.split('&')) {
    const [key, value] = pair.split(/=(.*)/s).map(decode)
    if (key === undefined || key === '') return { why: 'the query has a parameter without a readable name' }
    if (value === undefined && pair.includes('=')) return { why: `the query parameter ${key} is not UTF-8` }
    if (query.has(key)) return { why: `the query parameter ${key} is given twice` }
    query.set(key, value ?? '')
  }
  return { query }
}

/** As Go's url.QueryUnescape: + is a space. Undefined where an escape is broken or the bytes are not UTF-8. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
