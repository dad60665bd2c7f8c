import { describe, it } from 'vitest'
import { matchesQuery, parseEntry, type AuditEntry } from '../../../src/admin/audit-query.ts'
import { describeEntry } from '../../../src/admin/audit-text.ts'

const id = 'ab12'.repeat(16)
const line = {
  time: '2026-11-22T10:11:12.345Z',
  user: 'alice',
  operation: 'ContainerStart',
  object: id,
  verdict: 'allow',
  why: 'its own',
}
const entry = (change: object = {}): AuditEntry => {
  const parsed = parseEntry(JSON.stringify({ ...line, ...change }))
  if (parsed === undefined) throw new Error('no line')
  return parsed
}
const time = Date.parse(line.time)

describe('a query', () => {
  it.for([
    { name: 'everything', query: {}, matches: true },
    { name: 'the user', query: { user: 'alice' }, matches: true },
    { name: 'part of the user', query: { user: 'ali' }, matches: false },
    { name: 'another user', query: { user: 'bob' }, matches: false },
    { name: 'the operation', query: { operation: 'containerstart' }, matches: true },
    { name: 'another operation', query: { operation: 'ContainerStop' }, matches: false },
    { name: 'what was allowed', query: { verdict: 'allow' as const }, matches: true },
    { name: 'what was denied', query: { verdict: 'deny' as const }, matches: false },
    { name: 'the id', query: { container: id }, matches: true },
    { name: 'how the id begins', query: { container: id.slice(0, 12) }, matches: true },
    { name: 'how the id ends', query: { container: id.slice(1) }, matches: false },
    { name: 'too little of the id', query: { container: 'ab1' }, matches: false },
    { name: 'from that moment', query: { since: time }, matches: true },
    { name: 'later', query: { since: time + 1 }, matches: false },
    { name: 'until that moment', query: { until: time }, matches: true },
    { name: 'earlier', query: { until: time - 1 }, matches: false },
    { name: 'all that fits', query: { user: 'alice', verdict: 'allow' as const, since: 0 }, matches: true },
    { name: 'one that does not', query: { user: 'alice', verdict: 'deny' as const, since: 0 }, matches: false },
  ])('for $name: $matches', ({ query, matches }, { expect }) => {
    expect(matchesQuery(query, entry())).toBe(matches)
  })

  it.for([
    { name: 'a new one', change: { object: undefined, name: 'web' } },
    { name: 'one that nobody knows', change: { object: 'web' } },
    { name: "one by the engine's own spelling", change: { object: '/web' } },
  ])('for a container by name finds $name', ({ change }, { expect }) => {
    expect(matchesQuery({ container: 'web' }, entry(change))).toBe(true)
    expect(matchesQuery({ container: 'we' }, entry(change))).toBe(false)
  })

  it('for a name that looks like digits finds no name that only begins so', ({ expect }) => {
    expect(matchesQuery({ container: 'beef' }, entry({ object: 'beefsteak' }))).toBe(false)
  })
})

describe('a line', () => {
  it.for(['', '{', 'null', '[]', '"x"', '{}', '{"time":1}', '{"time":"soon"}', '{"user":"alice"}'])(
    'is not %s',
    (text, { expect }) => {
      expect(parseEntry(text)).toBeUndefined()
    },
  )

  it('is one of ours whatever else it holds', ({ expect }) => {
    const odd = entry({ user: 5, operation: null, object: {}, verdict: [], command: 'x', new: true })
    expect(matchesQuery({ user: 'alice' }, odd)).toBe(false)
    expect(describeEntry(odd)).toContain('  x')
  })

  it.for([
    { change: {}, text: /^\S+  allow  alice {7}ContainerStart {5}ab12ab12ab12$/ },
    { change: { verdict: 'deny' }, text: /  deny   alice {7}ContainerStart {5}ab12ab12ab12  its own$/ },
    {
      change: { object: undefined, name: 'web', image: 'busybox', command: ['sleep', '9'] },
      text: /  web busybox sleep 9$/,
    },
    {
      change: { user: '', operation: 'Unknown', object: undefined, method: 'GET', uri: '/x' },
      text: /  -  .*  GET \/x$/,
    },
    { change: { object: 'x'.repeat(500) }, text: /  x{100}\.\.\.$/ },
  ])('reads $text', ({ change, text }, { expect }) => {
    expect(describeEntry(entry(change))).toMatch(text)
  })
})
