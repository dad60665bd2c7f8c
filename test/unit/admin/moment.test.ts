import { describe, it } from 'vitest'
import { describeMoment, parseMoment } from '../../../src/admin/moment.ts'

const now = Date.UTC(2026, 10, 22, 10, 11, 12)

describe('a moment', () => {
  it.for([
    { text: '90s', ago: 90_000 },
    { text: '30m', ago: 30 * 60_000 },
    { text: '2h', ago: 2 * 3_600_000 },
    { text: '3d', ago: 3 * 86_400_000 },
    { text: '1w', ago: 7 * 86_400_000 },
  ])('$text is so long ago', ({ text, ago }, { expect }) => {
    expect(parseMoment(text, now)).toBe(now - ago)
  })

  it.for([
    { text: '2026-11-22', time: new Date(2026, 10, 22).getTime() },
    { text: '2026-11-22T10:30', time: new Date(2026, 10, 22, 10, 30).getTime() },
    { text: '2026-11-22 10:30:15.5', time: new Date(2026, 10, 22, 10, 30, 15, 500).getTime() },
    { text: '2026-11-22T10:30Z', time: Date.UTC(2026, 10, 22, 10, 30) },
    { text: '2026-11-22T10:30:00+01:00', time: Date.UTC(2026, 10, 22, 9, 30) },
    { text: '2024-02-29', time: new Date(2024, 1, 29).getTime() },
  ])('$text is in local time where it names no zone', ({ text, time }, { expect }) => {
    expect(parseMoment(text, now)).toBe(time)
  })

  it.for([
    '',
    '2',
    'h',
    '-2h',
    '2 h',
    '2y',
    '1.5h',
    'yesterday',
    '2026-02-30',
    '2026-13-01',
    '2026-11-22T25:00',
    '22.11.2026',
  ])('is not %s', (text, { expect }) => {
    expect(parseMoment(text, now)).toBeUndefined()
  })

  it('is written so that it can be typed again', ({ expect }) => {
    expect(parseMoment(describeMoment(now), 0)).toBe(now)
    expect(describeMoment(now)).toMatch(/^2026-11-2[123]T\d\d:\d\d:12[+-]\d\d:\d\d$/)
  })
})
