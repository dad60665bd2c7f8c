import { describe, it } from 'vitest'
import { openSplitter } from '../../../src/admin/audit-lines.ts'

describe('lines', () => {
  it('are the same however the bytes come', ({ expect }) => {
    const bytes = Buffer.from('one\n\ntwo \u00fc\n\n\nthree\r\u2028\nfour')
    for (let size = 1; size <= bytes.length; size += 1) {
      const splitter = openSplitter()
      const lines = []
      // The same memory again and again, as a reader has it.
      const memory = Buffer.alloc(size)
      for (let at = 0; at < bytes.length; at += size) {
        const count = bytes.copy(memory, 0, at, at + size)
        lines.push(...splitter.push(memory.subarray(0, count)))
      }
      expect(lines).toEqual(['one', 'two \u00fc', 'three\r\u2028'])
      expect(splitter.isInside()).toBe(true)
    }
  })

  it('end, and then none is begun', ({ expect }) => {
    const splitter = openSplitter()
    expect(splitter.isInside()).toBe(false)
    expect(splitter.push(Buffer.from('one\n'))).toEqual(['one'])
    expect(splitter.isInside()).toBe(false)
  })

  it('that are too long are not kept, and told of once', ({ expect }) => {
    const splitter = openSplitter(10)
    const push = (text: string) => splitter.push(Buffer.from(text))
    expect(push('short\n12345')).toEqual(['short'])
    expect(push('67890')).toEqual([])
    expect(push('1')).toEqual([])
    expect(splitter.isInside()).toBe(true)
    expect(push('23456789012345')).toEqual([])
    expect(push('6\nnext\n')).toEqual([undefined, 'next'])
    expect(push('1234567890')).toEqual([])
    expect(push('\n')).toEqual(['1234567890'])
  })
})
