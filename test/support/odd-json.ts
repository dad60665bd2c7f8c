/** Bodies for a shape of Docker's, and what can be wrong with them: generators for the property tests of test/attacks. */
import * as fc from 'fast-check'
import type { Shape } from './docker-api.ts'

/** A body as it is written: keys as they stand between their quotes, and in the order they are in. */
export type Doc =
  | { readonly kind: 'struct' | 'map'; readonly members: readonly (readonly [string, Doc])[] }
  | { readonly kind: 'list'; readonly items: readonly Doc[] }
  | { readonly kind: 'raw'; readonly text: string }

/** Something that is wrong; where, is drawn from `at`; which, from `which`. `why` is how the gate must name it. */
export type Oddity<T> = {
  readonly name: string
  readonly why: RegExp
  readonly apply: (to: T, at: number, which: number) => T
}

const raw = (text: string): Doc => ({ kind: 'raw', text })
const pick = <T>(list: readonly T[], which: number): T => list[which % list.length] as T
const quoted = fc
  .oneof(fc.constantFrom('', '0:0', 'host', 'no-new-privileges', '/home/alice'), fc.string({ unit: 'grapheme' }))
  .map((text) => raw(JSON.stringify(text)))
const scalars = {
  string: quoted,
  number: fc.oneof(fc.constantFrom(0, 1, -1), fc.maxSafeInteger()).map((value) => raw(String(value))),
  boolean: fc.constantFrom(raw('true'), raw('false')),
  any: fc.constant<Doc>({ kind: 'map', members: [] }),
}

/** A body that has one reading. */
export function plainDoc(shape: Shape): fc.Arbitrary<Doc> {
  if (shape.kind === 'value') {
    return shape.values.length > 0
      ? fc.constantFrom(...shape.values.map((value) => raw(JSON.stringify(value))))
      : scalars[shape.type]
  }
  if (shape.kind === 'list')
    return fc.array(plainDoc(shape.item), { maxLength: 3 }).map((items) => ({ kind: 'list', items }))
  if (shape.kind === 'map') {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', '80/tcp', '__proto__', 'bridge', 'max-size'), {
      maxLength: 3,
    })
    return names
      .chain((each) => fc.tuple(...each.map((name) => fc.tuple(fc.constant(name), plainDoc(shape.value)))))
      .map((members) => ({ kind: 'map', members }))
  }
  const structs = [...shape.fields].filter(([, inner]) => inner.kind !== 'value').map(([name]) => name)
  const name = fc.oneof(fc.constantFrom(...shape.fields.keys()), fc.constantFrom(...structs, ...shape.fields.keys()))
  return fc
    .uniqueArray(name, { minLength: 1, maxLength: 5 })
    .chain((names) =>
      fc.tuple(...names.map((each) => fc.tuple(fc.constant(each), plainDoc(shape.fields.get(each) as Shape)))),
    )
    .map((members) => ({ kind: 'struct', members }))
}

/** As bytes; a member's key is written as it is. */
export function printDoc(doc: Doc): string {
  if (doc.kind === 'raw') return Buffer.from(doc.text).toString('latin1')
  if (doc.kind === 'list') return `[${doc.items.map(printDoc).join(',')}]`
  const members = doc.members.map(([key, value]) => `"${Buffer.from(key).toString('latin1')}":${printDoc(value)}`)
  return `{${members.join(',')}}`
}

/** How else a key can be written that Go takes for the same: in another case, folded, escaped. */
const spellings: readonly ((key: string) => string)[] = [
  (key) => key.toLowerCase(),
  (key) => key.toUpperCase(),
  (key) => key.replace(/s/i, '\u017f'),
  (key) => key.replace(/k/i, '\u212a'),
  (key) => key.replace(/s/i, '\\u017F'),
  (key) => key.replace(/k/i, '\\u212a'),
  (key) => `${key.charAt(0).toLowerCase()}${key.slice(1)}`,
]
const escaped = (key: string): string => `\\u00${key.charCodeAt(0).toString(16).padStart(2, '0')}${key.slice(1)}`
const respell = (key: string, which: number): string => {
  const others = spellings.map((spell) => spell(key)).filter((other) => other !== key)
  return others.length === 0 ? `${key}\u017f` : pick(others, which)
}

const strange: readonly Doc[] = ['null', '{}', '[]', '"0:0"', 'true', '1', '[null]', '["x"]'].map(raw)
const badNumbers = ['1.0', '1e3', '1E400', '-1.5', '9007199254740993', '-123456789012345678901234567890', '0.1', '2E-1']

type Members = Extract<Doc, { members: unknown }>['members']
type Edit = (members: Members, at: number) => Members

/** Every object there is, each of which can be edited; `kinds` says whose keys are names of fields. */
function edit(doc: Doc, at: number, kinds: readonly string[], change: Edit): Doc {
  const count = countIn(doc, kinds)
  return count === 0 ? doc : editNth(doc, at % count, kinds, (members) => change(members, Math.floor(at / count))).doc
}

const inner = (doc: Doc): readonly Doc[] =>
  doc.kind === 'raw' ? [] : doc.kind === 'list' ? doc.items : doc.members.map(([, value]) => value)
const isOf = (doc: Doc, kinds: readonly string[]): boolean =>
  kinds.includes(doc.kind) && doc.kind !== 'raw' && doc.kind !== 'list' && doc.members.length > 0
const countIn = (doc: Doc, kinds: readonly string[]): number =>
  inner(doc).reduce((sum, each) => sum + countIn(each, kinds), isOf(doc, kinds) ? 1 : 0)

function editNth(
  doc: Doc,
  nth: number,
  kinds: readonly string[],
  change: (members: Members) => Members,
): { readonly doc: Doc; readonly nth: number } {
  if (nth === 0 && isOf(doc, kinds) && 'members' in doc)
    return { doc: { ...doc, members: change(doc.members) }, nth: -1 }
  let left = isOf(doc, kinds) ? nth - 1 : nth
  const walk = (each: Doc): Doc => {
    if (left < 0) return each
    const result = editNth(each, left, kinds, change)
    left = result.nth
    return result.doc
  }
  if (doc.kind === 'raw') return { doc, nth: left }
  const changed: Doc =
    doc.kind === 'list'
      ? { ...doc, items: doc.items.map(walk) }
      : { ...doc, members: doc.members.map(([key, value]) => [key, walk(value)] as const) }
  return { doc: changed, nth: left }
}

const insert = (members: Members, at: number, member: readonly [string, Doc]): Members =>
  members.toSpliced(at % (members.length + 1), 0, member)
const replace = (members: Members, at: number, change: (key: string, value: Doc) => readonly [string, Doc]): Members =>
  members.map((member, index) => (index === at % members.length ? change(...member) : member))

const both = ['struct', 'map']

/** What a repeated key may bring: what Go merges with the first, or the same, or anything. */
function variant(value: Doc, which: number): Doc {
  const half = which % 2
  const isLeft = (_: unknown, index: number): boolean => index % 2 === half
  const parts: readonly Doc[] =
    value.kind === 'raw'
      ? [value]
      : value.kind === 'list'
        ? [
            { kind: 'list', items: value.items.filter(isLeft) },
            { kind: 'list', items: value.items.toReversed() },
          ]
        : [{ kind: value.kind, members: value.members.filter(isLeft) }, raw('{}')]
  return pick([...parts, ...parts, value, pick(strange, which)], which)
}

/** A key twice in one object, the second behind the first or before it. */
export const repeatedKey: Oddity<Doc> = {
  name: 'a key twice',
  why: /twice/,
  apply: (doc, at, which) =>
    edit(doc, at, both, (members, there) => {
      const [key, value] = pick(members, there)
      const again = pick([key, key, escaped(key), respell(key, which), respell(key, which + 1)], at + which)
      return insert(members, Math.floor(there / members.length), [again, variant(value, which)])
    }),
}

const folded: readonly (readonly [string, string])[] = [
  ['HostConfig', 'Ho\u017ftConfig'],
  ['NetworkMode', 'Networ\u212aMode'],
  ['Ho\\u017FtConfig', 'HostConfig'],
  ['Networ\\u212aMode', 'networkmode'],
]

/** Each makes a body that must be refused, wherever it is done. */
export const docOddities: readonly Oddity<Doc>[] = [
  repeatedKey,
  {
    name: 'two keys that are one only to who folds as Go does',
    why: /twice/,
    apply: (doc, at, which) => {
      const [one, other] = pick(folded, which)
      return edit(doc, at, both, (members, there) =>
        insert(insert(members, there, [other, pick(strange, which)]), there, [one, pick(strange, which)]),
      )
    },
  },
  {
    name: 'a key of a field in another spelling',
    why: /does not know the field|not of its type/,
    apply: (doc, at, which) =>
      edit(doc, at, ['struct'], (members, there) =>
        replace(members, there, (key, value) => [respell(key, which), value]),
      ),
  },
  {
    name: 'a key that is no field',
    why: /does not know the field|not of its type/,
    apply: (doc, at, which) => {
      const name = pick(['__proto__', 'constructor', 'toString', 'Escape', '', '\\u0000', 'Priv\u00eflege'], which)
      return edit(doc, at, ['struct'], (members, there) => insert(members, there, [name, pick(strange, which)]))
    },
  },
  {
    name: 'a field of HostConfig at the top level',
    why: /does not know the field/,
    apply: (doc, at, which) =>
      'members' in doc ? { ...doc, members: insert(doc.members, at, ['Binds', pick(strange, which)]) } : doc,
  },
  {
    name: 'a number that is no safe integer',
    why: /the number .* is not one/,
    apply: (doc, at, which) =>
      edit(doc, at, both, (members, there) => replace(members, there, (key) => [key, raw(pick(badNumbers, which))])),
  },
  {
    name: 'a lone surrogate in a value',
    why: /surrogate/,
    apply: (doc, at, which) => {
      const text = pick(['"\\ud800"', '"a\\udfffb"', '"\\ud83d\\ud83d\\ude00"', '["\\uDC00\\uD800"]'], which)
      return edit(doc, at, both, (members, there) => replace(members, there, (key) => [key, raw(text)]))
    },
  },
  {
    name: 'a lone surrogate in a key',
    why: /surrogate/,
    apply: (doc, at) =>
      edit(doc, at, both, (members, there) => replace(members, there, (key, value) => [`${key}\\ud800`, value])),
  },
  {
    name: 'nested too deep',
    why: /nested/,
    apply: (doc, at, which) => {
      const deep = 66 + (which % 500)
      return edit(doc, at, both, (members, there) =>
        replace(members, there, (key) => [key, raw(`${'['.repeat(deep)}${']'.repeat(deep)}`)]),
      )
    },
  },
]

/** May be refused or not: null is nothing to Go, and to us; types are for the tables. */
export const docChanges: readonly Oddity<Doc>[] = [
  {
    name: 'a value of another type, or null',
    why: /./,
    apply: (doc, at, which) =>
      edit(doc, at, both, (members, there) => replace(members, there, (key) => [key, pick(strange, which)])),
  },
  {
    name: 'minus nought',
    why: /./,
    apply: (doc, at) => edit(doc, at, both, (members, there) => replace(members, there, (key) => [key, raw('-0')])),
  },
  {
    name: 'an escaped key',
    why: /./,
    apply: (doc, at) =>
      edit(doc, at, both, (members, there) => replace(members, there, (key, value) => [escaped(key), value])),
  },
]

/** What can be wrong with the bytes of a body. */
export const textOddities: readonly Oddity<string>[] = [
  {
    name: 'data behind the value',
    why: /not JSON at character/,
    apply: (text, _, which) =>
      text + pick(['}', ']', '{}', text, ' x', '\0', ',', '\n{"HostConfig":{"Privileged":true}}'], which),
  },
  { name: 'a byte order mark', why: /not JSON at character 0/, apply: (text) => `\xef\xbb\xbf${text}` },
  {
    name: 'a cut body',
    why: /not JSON at character|not UTF-8/,
    apply: (text, at) => text.slice(0, 1 + (at % (text.length - 1))),
  },
  {
    name: 'bytes that are no UTF-8',
    why: /not UTF-8/,
    apply: (text, at, which) => {
      const keys = [...text.matchAll(/"(?=[^:,{}[\]])/g)]
      const place = (keys[at % keys.length]?.index ?? 0) + 1
      const bytes = pick(['\xff', '\xc0\xaf', '\xed\xa0\x80', '\x80', '\xf4\x90\x80\x80', '\xc5', '\xe2\x84'], which)
      return text.slice(0, place) + bytes + text.slice(place)
    },
  },
]
