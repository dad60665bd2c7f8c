import { describe, it } from 'vitest'
import { findRotated, findRotationTime, rotatedName } from '../../../src/policy/audit-names.ts'

const time = Date.UTC(2026, 10, 22, 10, 11, 12, 345)

describe('the name of a file that was put away', () => {
  it('says when, and by whom', ({ expect }) => {
    expect(rotatedName('audit.jsonl', time, 4711)).toBe('audit.jsonl.20261122T101112.345Z-4711')
    expect(findRotationTime('audit.jsonl', rotatedName('audit.jsonl', time, 1))).toBe(time)
  })

  it.for([
    'audit.jsonl',
    'audit.jsonl.1',
    'audit.jsonl.20261122T101112.345Z-1.gz',
    'audit.jsonl.20261122T101112.345Z',
    'audit.jsonl.20269922T101112.345Z-1',
    'other.jsonl.20261122T101112.345Z-1',
    'xaudit.jsonl.20261122T101112.345Z-1',
  ])('is not %s', (name, { expect }) => {
    expect(findRotationTime('audit.jsonl', name)).toBeUndefined()
  })

  it('puts the files in order, also those of the same moment', ({ expect }) => {
    const names = [rotatedName('a', time, 1), rotatedName('a', time, 2), rotatedName('a', time + 1, 0)]
    expect(findRotated('a', ['a', 'b', ...names.toReversed()]).map(({ name }) => name)).toEqual(names)
  })
})
