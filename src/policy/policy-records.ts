/** Readers of keys and values: keys that are known beforehand, and keys that are the site's own names. */
import { isMap, isScalar } from 'yaml'
import { changed, collect, complain, isProblem, offsetOf, wrong } from './policy-readers.ts'
import type { Place, Problem, Reader, Reading } from './policy-readers.ts'
import { didYouMean, quote } from './words.ts'

/** One reader for each key of a shape; `remappedBinds` is written remapped-binds. */
export type Readers<Shape> = { readonly [Key in keyof Shape]-?: Reader<Shape[Key]> }

export type Entry = { readonly name: string; readonly at: Place; readonly value: Place }

const what = 'keys and values'

/** Each key once, with the place of its value. Nothing at all, as where every line is commented out, is no keys. */
export function readEntries(place: Place): Reading<readonly Entry[]> {
  const { node } = place
  if (isNothing(node)) return { value: [] }
  if (!isMap(node)) return wrong(place, what)
  const entries = node.items.map((pair) => entryOf(place, pair.key, pair.value))
  const seen = new Set<string>()
  const twice = entries.find(({ name }) => seen.size === seen.add(name).size)
  return twice === undefined ? { value: entries } : complain(twice.at, 'stands here for the second time')
}

function entryOf(parent: Place, keyNode: unknown, node: unknown): Entry {
  const name = isScalar(keyNode) ? String(keyNode.value) : ''
  const shown = /^[\w-]{1,40}$/.test(name) ? name : quote(name)
  const key = parent.key === '' ? shown : `${parent.key}.${shown}`
  const offset = offsetOf(keyNode) ?? parent.offset
  return { name, at: { node: keyNode, key, offset }, value: { node, key, offset: offsetOf(node) ?? offset } }
}

const isNothing = (node: unknown): boolean =>
  node === null || node === undefined || (isScalar(node) && node.value === '' && node.type === 'PLAIN')

/** None of the keys is required. */
export const record = <Shape extends object>(readers: Readers<Shape>): Reader<Partial<Shape>> => {
  const keys = keysOf(readers)
  const known: readonly (readonly [string, Reader<unknown>])[] = Object.entries(readers)
  const readEntry = ({ name, at, value }: Entry): Reading<object> => {
    const [property, reader] = known[keys.indexOf(name)] ?? []
    if (property === undefined || reader === undefined) return unknownKey(at, name, keys)
    return changed(reader, (found) => ({ [property]: found })).read(value)
  }
  return {
    what,
    read: (place) => {
      const entries = readEntries(place)
      if (isProblem(entries)) return entries
      const parts = collect(entries.value.map(readEntry))
      return isProblem(parts) ? parts : { value: Object.assign({}, ...parts.value) }
    },
  }
}

const unknownKey = (at: Place, name: string, keys: readonly string[]): Problem =>
  complain(at, `no such key: expected ${keys.join(', ')}${didYouMean(name, keys)}`)

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The keys of a record as they are written. */
export const keysOf = (readers: object): readonly string[] => Object.keys(readers).map(kebab)

/** Keys that are the site's own names, in the file's order. */
export const named = <Value>(
  readName: Reader<string>,
  reader: Reader<Value>,
): Reader<readonly { readonly name: string; readonly section: Value }[]> => ({
  what,
  read: (place) => {
    const entries = readEntries(place)
    if (isProblem(entries)) return entries
    return collect(
      entries.value.map(({ at, value }) => {
        const name = readName.read(at)
        return isProblem(name) ? name : changed(reader, (section) => ({ name: name.value, section })).read(value)
      }),
    )
  },
})
