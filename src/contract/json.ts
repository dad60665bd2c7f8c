/**
 * Reads a JSON body as Go's encoding/json will, or refuses it. Go matches keys without case (and folds U+017F and
 * U+212A), merges repeated objects and replaces broken UTF-8 (THREATS 4.4): a body in which any of this could matter
 * has two readings, and is not read at all.
 */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = ReadonlyMap<string, Json>

const deepest = 64
/** math.MaxUint64. */
const largest = '18446744073709551615'
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The value of a body, objects as Maps; or one sentence about the place where it has two readings or none. `unlimited` takes
 * Go's largest uint64, which stands for no limit in an OCI spec, as Infinity.
 */
export function parseJson(
  body: Uint8Array,
  { unlimited = false } = {},
): { readonly value: Json } | { readonly why: string } {
  try {
    const reader = new Reader(utf8.decode(body), unlimited)
    const value = reader.value(0)
    reader.end()
    return { value }
  } catch (error) {
    return { why: error instanceof TwoReadings ? error.message : 'the body is not UTF-8' }
  }
}

/** Keys that Go takes for one another: simple case folding, under which long s is s and the Kelvin sign is k. */
export const foldKey = (key: string): string => key.toUpperCase().toLowerCase()

const stringForm = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const literalForm = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y

class TwoReadings extends Error {}

class Reader {
  readonly #text: string
  #at = 0

  readonly #unlimited: boolean

  constructor(text: string, unlimited: boolean) {
    this.#text = text
    this.#unlimited = unlimited
  }

  value(depth: number): Json {
    if (depth > deepest) throw new TwoReadings(`the body is nested more than ${deepest} levels deep`)
    const first = this.#peek()
    if (first === '{') return this.#object(depth)
    if (first === '[') return this.#array(depth)
    if (first === '"') return this.#string()
    return this.#literal()
  }

  end(): void {
    if (this.#peek() !== '') throw this.#broken()
  }

  #object(depth: number): JsonObject {
    const members = new Map<string, Json>()
    const seen = new Set<string>()
    this.#expect('{')
    if (this.#take('}')) return members
    do {
      if (this.#peek() !== '"') throw this.#broken()
      const key = this.#string()
      if (seen.has(foldKey(key)))
        throw new TwoReadings(`the body has the key ${JSON.stringify(key)} twice, as the engine reads it`)
      seen.add(foldKey(key))
      this.#expect(':')
      members.set(key, this.value(depth + 1))
    } while (this.#take(','))
    this.#expect('}')
    return members
  }

  #array(depth: number): Json[] {
    const items: Json[] = []
    this.#expect('[')
    if (this.#take(']')) return items
    do items.push(this.value(depth + 1))
    while (this.#take(','))
    this.#expect(']')
    return items
  }

  /** The grammar of one string is JSON.parse's; what it may hold is ours: no lone surrogate, which Go would replace. */
  #string(): string {
    const [raw] = this.#match(stringForm)
    if (!raw.includes('\\')) return raw.slice(1, -1)
    const value: unknown = JSON.parse(raw)
    if (typeof value !== 'string' || !value.isWellFormed()) throw new TwoReadings('the body has a lone surrogate')
    return value
  }

  #literal(): Json {
    const [raw] = this.#match(literalForm)
    const value: unknown = JSON.parse(raw)
    if (typeof value !== 'number') return value === null ? null : value === true
    if (this.#unlimited && raw === largest) return Infinity
    if (!/^-?[0-9]+$/.test(raw) || !Number.isSafeInteger(value))
      throw new TwoReadings(`the number ${raw.slice(0, 40)} is not one the engine's fields take`)
    return value
  }

  #match(form: RegExp): RegExpExecArray {
    form.lastIndex = this.#at
    const match = form.exec(this.#text)
    if (match === null) throw this.#broken()
    this.#at = form.lastIndex
    return match
  }

  #peek(): string {
    while (this.#at < this.#text.length && ' \t\r\n'.includes(this.#text.charAt(this.#at))) this.#at += 1
    return this.#text.charAt(this.#at)
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at += 1
    return true
  }

  #expect(character: string): void {
    if (!this.#take(character)) throw this.#broken()
  }

  #broken(): TwoReadings {
    return new TwoReadings(`the body is not JSON at character ${this.#at}`)
  }
}

/** The text of a value, as parseJson reads it with `unlimited`. */
export function writeJson(value: Json): string {
  if (value instanceof Map) {
    const members = [...value].map(([key, each]) => `${JSON.stringify(key)}:${writeJson(each)}`)
    return `{${members.join(',')}}`
  }
  if (isArray(value)) return `[${value.map(writeJson).join(',')}]`
  return value === Infinity ? largest : JSON.stringify(value)
}

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value)
