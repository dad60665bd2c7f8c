/**
 * Go's encoding/json, as dockerd fills its structs with it (decode.go, fold.go of Go 1.19 to 1.26; THREATS 4.4). Bodies and
 * keys are byte strings: one character a byte.
 */
import type { Shape } from './docker-api.ts'

/** What is in a struct after decoding: fields that were never set, and nil, are undefined. Numbers are exact. */
export type GoValue = string | bigint | boolean | undefined | readonly GoValue[] | ReadonlyMap<string, GoValue>
export type GoJson = { readonly value: GoValue; readonly trailing: string } | { readonly error: string }

type Token =
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, Token])[] }
  | { readonly kind: 'array'; readonly items: readonly Token[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly literal: string }
  | { readonly kind: 'word'; readonly value: boolean | null }

class GoError extends Error {}

/** The first value of a body; what follows it is `trailing`, which is nothing to json.Decoder (J9). */
export function decodeGo(bytes: string, shape: Shape): GoJson {
  try {
    const scanner = new Scanner(bytes)
    const value = store(scanner.value(), shape, undefined)
    return { value, trailing: bytes.slice(scanner.at).replace(/^[ \t\r\n]+/, '') }
  } catch (error) {
    if (error instanceof GoError) return { error: error.message }
    throw error
  }
}

/** scanner.go: the grammar is checked before anything is stored. Its limit of 10,000 levels is far beyond the gate's. */
class Scanner {
  at = 0
  readonly #bytes: string

  constructor(bytes: string) {
    this.#bytes = bytes
  }

  value(): Token {
    this.#skip()
    const rest = this.#bytes.charAt(this.at)
    if (rest === '{') return { kind: 'object', members: this.#list('}', () => this.#member()) }
    if (rest === '[') return { kind: 'array', items: this.#list(']', () => this.value()) }
    if (rest === '"') return { kind: 'string', value: unquote(this.#match(/"(?:[^"\\\0-\x1f]|\\.)*"/sy)) }
    const literal = this.#match(/true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y)
    if (/^[-0-9]/.test(literal)) return { kind: 'number', literal }
    return { kind: 'word', value: literal === 'null' ? null : literal === 'true' }
  }

  #member(): readonly [string, Token] {
    this.#skip()
    const key = unquote(this.#match(/"(?:[^"\\\0-\x1f]|\\.)*"/sy))
    this.#skip()
    this.#match(/:/y)
    return [key, this.value()]
  }

  #list<T>(end: '}' | ']', item: () => T): readonly T[] {
    const items: T[] = []
    this.at += 1
    this.#skip()
    if (this.#bytes.charAt(this.at) !== end) {
      do items.push(item())
      while (this.#isComma())
    }
    this.#match(end === '}' ? /\}/y : /\]/y)
    return items
  }

  #isComma(): boolean {
    this.#skip()
    const found = this.#bytes.charAt(this.at) === ','
    if (found) this.at += 1
    return found
  }

  #skip(): void {
    this.#match(/[ \t\r\n]*/y)
  }

  #match(form: RegExp): string {
    form.lastIndex = this.at
    const match = form.exec(this.#bytes)
    if (match === null) throw new GoError(`invalid character at ${this.at}`)
    this.at = form.lastIndex
    return match[0]
  }
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** decode.go, unquoteBytes: what is no UTF-8, and half of a surrogate pair, becomes U+FFFD (J10, J11). */
function unquote(quoted: string): string {
  const read = (part: string, escape: string | undefined): string => {
    if (escape === undefined) return readUtf8(part)
    const character = escape.length === 5 ? String.fromCharCode(parseInt(escape.slice(1), 16)) : escapes[escape]
    if (character === undefined) throw new GoError('invalid character in string escape code')
    return character
  }
  return quoted
    .slice(1, -1)
    .replace(/\\(u[0-9a-fA-F]{4}|.)|[^\\]+/gs, read)
    .toWellFormed()
}

/** utf8.DecodeRune: each byte that starts no character is one U+FFFD. */
export function readUtf8(bytes: string): string {
  const character =
    /[\xc2-\xdf][\x80-\xbf]|(?:\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f])[\x80-\xbf]|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]{2}|[\x80-\xff]/g
  return bytes.replace(character, (each) => (each.length === 1 ? '\ufffd' : Buffer.from(each, 'latin1').toString()))
}

/** fold.go: keys and the (ASCII) names of fields are the same under simple folding, where long s is s and the Kelvin sign k (J2). */
const fold = (name: string): string =>
  name.replace(/[A-Z\u017f\u212a]/g, (letter) =>
    letter === '\u017f' ? 's' : letter === '\u212a' ? 'k' : letter.toLowerCase(),
  )

/** decode.go, value(): into what is there already, which is how repeated keys merge (J3 to J7). */
function store(token: Token, shape: Shape, into: GoValue): GoValue {
  if (token.kind === 'word' && token.value === null)
    return shape.kind === 'value' && shape.type !== 'any' ? into : undefined
  if (shape.kind === 'object') return storeStruct(token, shape.fields, into)
  if (shape.kind === 'map') return storeMap(token, shape.value, into)
  if (shape.kind === 'list') return storeList(token, shape.item, into)
  return storeScalar(token, shape)
}

function storeStruct(token: Token, fields: ReadonlyMap<string, Shape>, into: GoValue): GoValue {
  if (token.kind !== 'object') throw new GoError(`cannot unmarshal ${token.kind} into a struct`)
  const struct = new Map(into instanceof Map ? into : [])
  for (const [key, value] of token.members) {
    const name = fields.has(key) ? key : [...fields.keys()].find((each) => fold(each) === fold(key))
    const shape = name === undefined ? undefined : fields.get(name)
    if (name !== undefined && shape !== undefined) struct.set(name, store(value, shape, struct.get(name)))
  }
  return struct
}

/** Each element is decoded into a new one, then set: so elements do not merge, and null is what a new one is. */
function storeMap(token: Token, shape: Shape, into: GoValue): GoValue {
  if (token.kind !== 'object') throw new GoError(`cannot unmarshal ${token.kind} into a map`)
  const map = new Map(into instanceof Map ? into : [])
  for (const [key, value] of token.members) map.set(key, store(value, shape, zero(shape)))
  return map
}

const zeros = { string: '', number: 0n, boolean: false, any: undefined }
const zero = (shape: Shape): GoValue => (shape.kind === 'value' ? zeros[shape.type] : undefined)

/** Elements of a slice are decoded over those that are there (J5). StrSlice takes one string for a list, up to 28 (J13). */
function storeList(token: Token, shape: Shape, into: GoValue): GoValue {
  if (token.kind === 'string' && shape.kind === 'value' && shape.type === 'string') return [token.value]
  if (token.kind !== 'array') throw new GoError(`cannot unmarshal ${token.kind} into a slice`)
  const stale = Array.isArray(into) ? into : []
  return token.items.map((item, index) => store(item, shape, index < stale.length ? stale[index] : zero(shape)))
}

function storeScalar(token: Token, { type }: Extract<Shape, { kind: 'value' }>): GoValue {
  if (type === 'any') return storeAny(token)
  if (token.kind === 'string' && type === 'string') return token.value
  if (token.kind === 'word' && token.value !== null && type === 'boolean') return token.value
  // strconv.ParseInt: neither a point nor an exponent (J14).
  if (token.kind === 'number' && type === 'number' && /^-?[0-9]+$/.test(token.literal)) return BigInt(token.literal)
  throw new GoError(`cannot unmarshal ${token.kind} into a ${type}`)
}

/** An interface; numbers become float64 there, and are kept as what is written. */
function storeAny(token: Token): GoValue {
  if (token.kind === 'array') return token.items.map(storeAny)
  if (token.kind === 'object') return new Map(token.members.map(([key, value]) => [key, storeAny(value)]))
  if (token.kind === 'number') return /^-?[0-9]+$/.test(token.literal) ? BigInt(token.literal) : token.literal
  return token.value ?? undefined
}
