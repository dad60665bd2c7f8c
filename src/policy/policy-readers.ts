/** What the policy file is read with: a reader takes a node of the YAML and gives a value, or says where and what it expected. */
import { isMap, isScalar, isSeq } from 'yaml'
import { didYouMean, isVisible, quote } from './words.ts'

export type Problem = { readonly offset: number; readonly why: string }
export type Reading<Value> = { readonly value: Value } | Problem
/** A node, the key it stands under (everyone.limits.memory), and where that is in the text. */
export type Place = { readonly node: unknown; readonly key: string; readonly offset: number }
export type Reader<Value> = {
  /** What it expects, for a message. */
  readonly what: string
  readonly read: (place: Place) => Reading<Value>
}

export const isProblem = <Value>(reading: Reading<Value>): reading is Problem => 'why' in reading

export const complain = ({ key, offset }: Place, what: string): Problem => ({
  offset,
  why: `${key === '' ? '' : `${key}: `}${what}`,
})

export const wrong = (place: Place, what: string): Problem =>
  complain(place, `expected ${what}, not ${describe(place)}`)

const describe = (place: Place): string => {
  if (isMap(place.node)) return 'keys and values'
  if (isSeq(place.node)) return 'a list'
  const text = textOf(place) ?? ''
  return text === '' ? 'nothing' : quote(text)
}

/** The file is read with YAML's failsafe schema: every scalar is the text that stands there, an absent one the empty text. */
const textOf = ({ node }: Place): string | undefined =>
  isScalar(node) && typeof node.value === 'string' ? node.value : undefined

/** `parse` gives undefined for a text that is not `what`. */
export const text = <Value>(what: string, parse: (text: string) => Value | undefined): Reader<Value> => ({
  what,
  read: (place) => {
    const found = textOf(place) ?? ''
    if (!isVisible(found)) return complain(place, 'has characters that cannot be seen')
    const value = found === '' ? undefined : parse(found)
    return value === undefined ? wrong(place, what) : { value }
  },
})

/** A text in which `object` finds nothing wrong. */
export const checked = (what: string, object: (text: string) => string | undefined): Reader<string> => {
  const plain = text(what, (found) => found)
  return {
    what,
    read: (place) => {
      const reading = plain.read(place)
      if (isProblem(reading)) return reading
      const why = object(reading.value)
      return why === undefined ? reading : complain(place, `${quote(reading.value)}: ${why}`)
    },
  }
}

export const choice = <const Word extends string>(...words: readonly Word[]): Reader<Word> =>
  text(words.join(' or '), (found) => words.find((word) => word === found))

/** One of many words, and what it stands for. */
export const oneOf = <Value>(what: string, words: ReadonlyMap<string, Value>): Reader<Value> => ({
  what,
  read: (place) => {
    const found = text(what, (each) => each).read(place)
    if (isProblem(found)) return found
    const value = words.get(found.value)
    return value === undefined
      ? complain(place, `${quote(found.value)} is not ${what}${didYouMean(found.value, [...words.keys()])}`)
      : { value }
  },
})

/** The word stands for no limit at all, or for nothing at all: `undefined` in grants. */
export const orWord = <Value>(word: string, reader: Reader<Value>): Reader<Value | undefined> => {
  const what = `${reader.what}, or ${word}`
  return {
    what,
    read: (place) => {
      if (textOf(place) === word) return { value: undefined }
      const reading = reader.read(place)
      return isProblem(reading) && isScalar(place.node) ? wrong(place, what) : reading
    },
  }
}

/** The value, put into another form. */
export const changed = <From, To>({ what, read }: Reader<From>, change: (value: From) => To): Reader<To> => ({
  what,
  read: (place) => {
    const reading = read(place)
    return isProblem(reading) ? reading : { value: change(reading.value) }
  },
})

export const list = <Value>(of: string, { read }: Reader<Value>): Reader<readonly Value[]> => ({
  what: `a list of ${of}`,
  read: (place) =>
    isSeq(place.node)
      ? collect(place.node.items.map((node) => read({ ...place, node, offset: offsetOf(node) ?? place.offset })))
      : wrong(place, `a list of ${of}`),
})

/** All values, or the first problem. */
export const collect = <Value>(readings: readonly Reading<Value>[]): Reading<readonly Value[]> =>
  readings.find(isProblem) ?? { value: readings.flatMap((reading) => (isProblem(reading) ? [] : [reading.value])) }

export const offsetOf = (node: unknown): number | undefined => {
  const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
  const start: unknown = Array.isArray(range) ? range[0] : undefined
  return typeof start === 'number' ? start : undefined
}
