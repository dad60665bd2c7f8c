import { describe, it } from 'vitest'
import { shorten, toText } from '../../../src/plugin/audit-text.ts'

const most = 16 * 1024
const sizeOf = (line: Readonly<Record<string, unknown>>) => Buffer.byteLength(toText(line))

describe('an audit line', () => {
  it('is as it is up to 16 KiB', ({ expect }) => {
    const line = { user: 'alice', command: ['x'.repeat(10_000)], why: 'y'.repeat(5_000), object: undefined }
    expect(shorten(line)).toEqual(line)
  })

  it('that is longer has its longest fields cut to their beginnings, and no others', ({ expect }) => {
    const line = { user: 'alice', command: ['x'.repeat(1_000_000)], mounts: 'm'.repeat(600), why: 'y'.repeat(15_000) }
    const short = shorten(line)
    expect(short).toEqual({ ...line, command: expect.stringMatching(/^\["x{510}\.\.\. \(1000004 characters\)$/) })
  })

  it.for([
    { name: 'of bytes', character: '\u0001' },
    { name: 'of text', character: '\u20ac' },
    { name: 'of what is written as an escape', character: '\u0085' },
    { name: 'of quotes', character: '"' },
  ])('with many long fields $name is never longer than 16 KiB', ({ character }, { expect }) => {
    const line = Object.fromEntries(
      Array.from({ length: 26 }, (_, index) => [`field${index}`, [character.repeat(5000)]]),
    )
    expect(sizeOf(shorten(line))).toBeLessThanOrEqual(most)
  })
})
