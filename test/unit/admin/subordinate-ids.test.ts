import { expect, it } from 'vitest'
import { findMissingRange, withLine, withoutLine } from '../../../src/admin/subordinate-ids.ts'

it.for([
  { name: 'none are given yet', text: '', line: 'dockremap:2100000000:65536' },
  { name: 'others have some', text: 'ada:100000:65536\n', line: 'dockremap:2100000000:65536' },
  { name: 'others have those', text: 'ada:2099999990:65536\n', line: 'dockremap:2100065536:65536' },
  { name: 'others have one of those', text: 'ada:2100065535:1\n', line: 'dockremap:2100065536:65536' },
  { name: 'they are there', text: 'dockremap:100000:65536\n', line: undefined },
])('gives the engine ids of its own where $name', ({ text, line }) => {
  expect(findMissingRange(text)).toBe(line)
})

it('gives none where none are free', () => {
  expect(() => findMissingRange('ada:2000000000:147483648\n')).toThrow(/no subordinate ids are free/)
})

it('adds one line, and takes that line away', () => {
  expect(withLine('a', 'b')).toBe('a\nb\n')
  expect(withoutLine(withLine('a\n', 'b'), 'b')).toBe('a\n')
  expect(withoutLine('b\nc\n', 'b')).toBe('c\n')
})
