/** dockerrun-policy(5) and the parser say the same. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { emptyPolicy, mergeGrants } from '../../src/policy/grants.ts'
import { parsePolicy, policyKeys } from '../../src/policy/policy-file.ts'

const page = readFileSync(join(import.meta.dirname, '../../man/dockerrun-policy.5'), 'utf8')

/** The tagged keys below a heading. */
const keysBelow = (heading: string): readonly string[] => {
  const [, rest = ''] = page.split(`.Ss ${heading}\n`)
  const part = rest.split(/^\.S[sh] /m)[0] ?? ''
  return [...part.matchAll(/^\.It Cm (.+)$/gm)].map(([, key = '']) => key)
}

const examples = [...page.matchAll(/^([^\n]*)\n\.Bd -literal -offset indent\n([^]*?)\.Ed$/gm)].map(
  ([, title = '', text = '']) => ({ title, text }),
)

const parse = (text: string) => {
  const policy = parsePolicy(text)
  if ('why' in policy) throw new Error(policy.why)
  return policy
}

describe('the page', () => {
  it.for([
    { heading: 'The file', place: 'file' },
    { heading: 'Administrators', place: 'administrators' },
    { heading: 'What is granted', place: 'section' },
    { heading: 'Limits', place: 'limits' },
    { heading: 'Profiles', place: 'profile' },
    { heading: 'Audit', place: 'audit' },
  ])('has the keys of $place, in the same order', ({ heading, place }, { expect }) => {
    expect(keysBelow(heading)).toEqual(policyKeys[place])
  })

  it('leaves no place out', ({ expect }) => {
    expect(Object.keys(policyKeys)).toHaveLength(6)
  })

  it.for(examples)('has an example that is a good policy: $title', ({ text }, { expect }) => {
    expect(parsePolicy(text)).not.toHaveProperty('why')
  })

  it('writes out what an empty policy is', ({ expect }) => {
    expect(examples).toHaveLength(4)
    const { everyone, ...rest } = parse(examples.at(-1)?.text ?? '')
    const { everyone: _, ...empty } = emptyPolicy
    expect(rest).toEqual(empty)
    expect(mergeGrants([everyone])).toStrictEqual(mergeGrants([]))
    expect(Object.keys(everyone).sort()).toEqual(Object.keys(mergeGrants([])).sort())
  })
})
