import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { foldKey, parseJson, type Json } from '../../../src/contract/json.ts'

const read = (text: string) => parseJson(Buffer.from(text))

/** Maps as the objects JSON.parse makes, to compare the two. */
const asPlain = (value: Json): unknown => {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, asPlain(item)]))
  return Array.isArray(value) ? value.map(asPlain) : value
}

describe('a body that has one reading', () => {
  it('is read as JSON.parse reads it', ({ expect }) => {
    const scalar = fc.oneof(fc.string({ unit: 'binary' }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null))
    const key = fc.string({ maxLength: 6 }).filter((text) => text !== '__proto__')
    const members = (value: fc.Arbitrary<unknown>) =>
      fc
        .uniqueArray(fc.tuple(key, value), { selector: ([name]) => foldKey(name), maxLength: 4 })
        .map(Object.fromEntries)
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('json'), { maxLength: 4 }), members(tie('json'))),
    }))
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space)
        const result = read(text)
        if (/\\ud[89a-f]/.test(text)) return 'why' in result
        expect('value' in result && asPlain(result.value)).toEqual(JSON.parse(text))
        return true
      }),
    )
  })

  it('may have white space around it, and no more', ({ expect }) => {
    expect(read(' \r\n\t{} \n')).toHaveProperty('value')
  })
})

describe('a body that has two readings, or none, is refused', () => {
  it.for([
    { name: 'a key twice: Go merges, JSON.parse keeps the last', text: '{"a":1,"a":2}' },
    { name: 'a key in another case', text: '{"User":"1:1","user":"0:0"}' },
    { name: 'long s folds to s', text: '{"HostConfig":{},"Ho\u017ftConfig":{}}' },
    { name: 'escaped long s folds to s', text: '{"HostConfig":{},"Ho\\u017ftConfig":{}}' },
    { name: 'the Kelvin sign folds to k', text: '{"NetworkMode":"a","Networ\u212aMode":"b"}' },
    { name: 'a key twice, deep inside', text: '{"a":[{"b":{"c":1,"C":2}}]}' },
    { name: '__proto__ twice', text: '{"__proto__":1,"__proto__":2}' },
    { name: 'a second value behind the first', text: '{}{}' },
    { name: 'a bracket behind the value', text: '{}]' },
    { name: 'a byte order mark', text: '\ufeff{}' },
    { name: 'a lone surrogate', text: '{"a":"\\ud800"}' },
    { name: 'a lone surrogate in a key', text: '{"\\udfff":1}' },
    { name: 'a float', text: '{"a":1.5}' },
    { name: 'an integer written as a float', text: '{"a":1.0}' },
    { name: 'an exponent', text: '{"a":1e8}' },
    { name: 'an integer beyond 2^53', text: '{"a":9007199254740993}' },
    { name: 'a leading zero', text: '[01]' },
    { name: 'a plus sign', text: '[+1]' },
    { name: 'NaN', text: '[NaN]' },
    { name: 'a literal in capitals', text: '[TRUE]' },
    { name: 'a trailing comma', text: '[1,]' },
    { name: 'a comment', text: '{}//' },
    { name: 'single quotes', text: "{'a':1}" },
    { name: 'a raw newline in a string', text: '["\n"]' },
    { name: 'an unknown escape', text: '["\\x41"]' },
    { name: 'a cut string', text: '["abc' },
    { name: 'a cut object', text: '{"a":' },
    { name: 'nothing', text: '' },
    { name: 'nesting past the limit', text: '['.repeat(66) + ']'.repeat(66) },
    { name: 'nesting past every stack', text: '['.repeat(1_000_000) },
  ])('$name', ({ text }, { expect }) => {
    expect(read(text)).toHaveProperty('why')
  })

  it.for([
    { name: 'a byte that is not UTF-8: Go replaces it', bytes: [0x22, 0xff, 0x22] },
    { name: 'an overlong form', bytes: [0x22, 0xc0, 0xaf, 0x22] },
    { name: 'a surrogate in UTF-8', bytes: [0x22, 0xed, 0xa0, 0x80, 0x22] },
    { name: 'a cut sequence', bytes: [0x22, 0xc3] },
  ])('$name', ({ bytes }, { expect }) => {
    expect(parseJson(Uint8Array.from(bytes))).toHaveProperty('why')
  })
})
