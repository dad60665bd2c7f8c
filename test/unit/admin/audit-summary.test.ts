import { describe, it } from 'vitest'
import { parseEntry } from '../../../src/admin/audit-query.ts'
import { describeSummary, openTally } from '../../../src/admin/audit-summary.ts'

function tallyOf(lines: readonly object[]) {
  const tally = openTally()
  for (const line of lines) {
    const entry = parseEntry(JSON.stringify({ time: '2026-11-22T10:00:00Z', operation: 'ContainerCreate', ...line }))
    if (entry !== undefined) tally.add(entry)
  }
  return tally.result()
}

describe('a summary', () => {
  it('counts what was allowed and denied, by user and by reason', ({ expect }) => {
    const summary = tallyOf([
      { user: 'alice', verdict: 'allow', time: '2026-11-22T11:00:00Z' },
      { user: 'bob', verdict: 'deny', why: 'no' },
      { user: 'alice', verdict: 'deny', why: 'no' },
      { user: 'alice', verdict: 'deny', why: 'never', operation: 'ImageBuild' },
      { user: 'alice', verdict: 'deny', why: 'no', time: '2026-11-22T09:00:00Z' },
      { user: '', verdict: 'deny', why: 'never', operation: 'ImageBuild' },
    ])
    expect(summary).toEqual({
      allowed: 1,
      denied: 5,
      from: '2026-11-22T09:00:00.000Z',
      to: '2026-11-22T11:00:00.000Z',
      users: [
        { user: 'alice', allowed: 1, denied: 3 },
        { user: 'bob', allowed: 0, denied: 1 },
        { user: '', allowed: 0, denied: 1 },
      ],
      denials: [
        { count: 3, operation: 'ContainerCreate', why: 'no', users: 2 },
        { count: 2, operation: 'ImageBuild', why: 'never', users: 2 },
      ],
    })
    expect(describeSummary(summary)).toEqual([
      expect.stringMatching(/^1 allowed and 5 denied, 2026-11-2\S+ to 2026-11-2\S+$/),
      '',
      ' allowed    denied  user',
      '       1         3  alice',
      '       0         1  bob',
      '       0         1  -',
      '',
      '  denied     users  operation          reason',
      '       3         2  ContainerCreate    no',
      '       2         2  ImageBuild         never',
    ])
  })

  it('of nothing says so', ({ expect }) => {
    expect(describeSummary(tallyOf([]))).toEqual(['no decisions'])
  })

  it('shows the most frequent, and says how many it does not show', ({ expect }) => {
    const lines = Array.from({ length: 30 }, (_, index) => ({
      user: `user${index}`,
      verdict: 'deny',
      why: `why ${index}`,
    }))
    const text = describeSummary(tallyOf([...lines, { user: 'user29', verdict: 'deny', why: 'why 29' }]))
    expect(text).toHaveLength(2 + 1 + 20 + 1 + 2 + 20 + 1)
    expect(text[3]).toContain('user29')
    expect(text.filter((line) => line.includes('and 10 more'))).toHaveLength(2)
  })

  it('does not grow with reasons that users make up', ({ expect }) => {
    const lines = Array.from({ length: 10_100 }, (_, index) => ({ user: 'eve', verdict: 'deny', why: `why ${index}` }))
    const { denied, denials } = tallyOf([...lines, ...lines])
    expect(denied).toBe(20_200)
    expect(denials).toHaveLength(10_001)
    expect(denials[0]).toMatchObject({ count: 200, why: '(other reasons)' })
  })
})
