/** The matcher against the meaning of the stars written down as plainly as can be. */
import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { matchesParts } from '../../../src/policy/globs.ts'

/** Every way to share out the parts is tried: right, and slow. */
function naive(pattern: readonly string[], parts: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return parts.length === 0
  if (first === '**') return [...parts, ''].some((_, taken) => naive(rest, parts.slice(taken)))
  const [part, ...others] = parts
  return part !== undefined && naiveText(first, part) && naive(rest, others)
}

function naiveText(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  if (pattern.startsWith('*'))
    return `${text}.`.split('').some((_, taken) => naiveText(pattern.slice(1), text.slice(taken)))
  return text[0] === pattern[0] && naiveText(pattern.slice(1), text.slice(1))
}

// Few letters, so that much matches, and dots, which mean nothing.
const part = fc.stringMatching(/^[ab.]{1,5}$/)
const patternPart = fc.oneof(
  fc.constant('**'),
  fc.constant('*'),
  fc.stringMatching(/^[ab.*]{1,5}$/).filter((each) => !each.includes('**')),
  part,
)

describe('patterns of parts', () => {
  it('match what their stars can be put in the place of', ({ expect }) => {
    let matched = 0
    fc.assert(
      fc.property(fc.array(patternPart, { maxLength: 5 }), fc.array(part, { maxLength: 6 }), (pattern, parts) => {
        const wanted = naive(pattern, parts)
        matched += wanted ? 1 : 0
        expect(matchesParts(pattern, parts)).toBe(wanted)
      }),
      { numRuns: 20_000 },
    )
    expect(matched).toBeGreaterThan(1_000)
  })

  it('cost no more than their length times that of the name, whatever a user sends', ({ expect }) => {
    const stars = 'a*'.repeat(60)
    expect(matchesParts([`${stars}b`], ['a'.repeat(250)])).toBe(false)
    const many = Array.from({ length: 40 }, () => ['**', 'a']).flat()
    expect(
      matchesParts(
        [...many, 'b'],
        Array.from({ length: 120 }, () => 'a'),
      ),
    ).toBe(false)
  })
})
