import { Failure } from '../failure.ts'

/**
 * JSON files as docker's client reads them (Go's encoding/json): keys of records in any case, null as absent. Another shape is
 * an error that names file and key, and never a value: config.json holds passwords.
 */
export type Fields = Readonly<Record<string, unknown>>

export const parseFields = (text: string, path: string): Fields => asRecord(parse(text, path), path)

/** Of keys that differ in case alone, Go takes the last. */
export const fieldOf = (fields: Fields, name: string): unknown =>
  Object.entries(fields).findLast(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? undefined

export const asText = (value: unknown, place: string): string => {
  const text = value ?? ''
  if (typeof text !== 'string') throw broken(place, 'a string is wanted')
  return text
}

export const asRecord = (value: unknown, place: string): Fields => {
  const record = value ?? {}
  if (!isFields(record)) throw broken(place, 'an object is wanted')
  return record
}

export const textOf = (fields: Fields, name: string, place: string): string =>
  asText(fieldOf(fields, name), `${place}: ${name}`)

export const recordOf = (fields: Fields, name: string, place: string): Fields =>
  asRecord(fieldOf(fields, name), `${place}: ${name}`)

export const isOn = (fields: Fields, name: string, place: string): boolean => {
  const value = fieldOf(fields, name) ?? false
  if (typeof value !== 'boolean') throw broken(`${place}: ${name}`, 'true or false is wanted')
  return value
}

/** Its keys are names of others (registries, headers, hosts): these are taken as they are written. */
export const tableOf = <T>(
  fields: Fields,
  name: string,
  place: string,
  read: (value: unknown, place: string) => T,
): ReadonlyMap<string, T> =>
  new Map(
    Object.entries(recordOf(fields, name, place)).map(([key, value]) => [
      key,
      read(value, `${place}: ${name}: ${key}`),
    ]),
  )

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Node's own message quotes the text around the mistake; of it only the line is told. */
const parse = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    const [, line] = /\(line ([0-9]+) column [0-9]+\)$/.exec(String(error)) ?? []
    throw broken(line === undefined ? path : `${path}, line ${line}`, 'this is not JSON')
  }
}

const broken = (place: string, what: string): Failure =>
  new Failure('settings', `${place}: ${what}`, { hint: "mend it, or take it away: it is docker's own configuration" })
