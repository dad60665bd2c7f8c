/** A gate's reading of a request held against dockerd's. The rules are as open as they can be: only names and shapes are asked. */
import type { WireRequest } from '../../src/contract/authz.ts'
import type { Json } from '../../src/contract/json.ts'
import { operations, type OperationId } from '../../src/contract/operations.ts'
import { decide } from '../../src/policy/decide.ts'
import { isList, isObject, type Check, type FieldRule, type FieldRules } from '../../src/policy/fields.ts'
import { parseRequest } from '../../src/policy/request.ts'
import type { Decision, Rule } from '../../src/policy/rule.ts'
import type { Described, Shape } from './docker-api.ts'
import type { Reading } from './go-reading.ts'
import type { GoValue } from './go-json.ts'
import { facts } from './requests.ts'

type Api = ReadonlyMap<string, Described>
type Rules = Readonly<Record<OperationId, Rule>>

/** Grants each operation with each parameter and field that Docker describes, of the right type, whatever its value. */
export const openRules = (api: Api): Rules =>
  Object.fromEntries(operations.map(({ id }) => [id, openRule(api.get(id))])) as Rules

const free = { check: () => undefined }

function openRule(described: Described | undefined): Rule {
  const query = Object.fromEntries([...(described?.query.keys() ?? [])].map((name) => [name, free]))
  const shape = described?.body
  return { verdict: 'check', query, body: shape?.kind === 'object' ? openFields(shape.fields) : 'none', why: 'open' }
}

const openFields = (fields: ReadonlyMap<string, Shape>): FieldRules =>
  Object.fromEntries([...fields].map(([name, shape]) => [name, openField(shape)]))

function openField(shape: Shape): FieldRule {
  const why = 'is not of its type'
  if (shape.kind === 'object') return { fields: openFields(shape.fields), why }
  if (shape.kind === 'list' && shape.item.kind === 'object') return { each: openFields(shape.item.fields), why }
  if (shape.kind === 'value' && shape.type !== 'any')
    return { any: shape.type === 'number' ? 'integer' : shape.type, why }
  const check: Check = (value) => (value === null || isOfShape(value, shape) ? undefined : why)
  return { check, why }
}

/** As the tables have it: null where a field may be left out, and not in lists and maps. */
function isOfShape(value: Json | undefined, shape: Shape): boolean {
  if (shape.kind === 'list') return isList(value) && value.every((item) => isOfShape(item, shape.item))
  if (shape.kind === 'map') return isObject(value) && [...value.values()].every((item) => isOfShape(item, shape.value))
  if (shape.kind === 'value') return shape.type === 'any' ? value !== null : typeof value === shape.type
  const has = (key: string, item: Json) => isOfNamed(item, shape.fields.get(key))
  return isObject(value) && [...value].every(([key, item]) => has(key, item))
}
const isOfNamed = (value: Json, shape: Shape | undefined): boolean =>
  shape !== undefined && (value === null || isOfShape(value, shape))

export const verdictOn = (wire: WireRequest, rules: Rules): Decision => decide(parseRequest(wire), facts(), rules)

/** Where the gate reads otherwise than the handler; undefined where it does not. */
export function findDifference(wire: WireRequest, reading: Reading, shape: Shape | undefined): string | undefined {
  const request = parseRequest(wire)
  if ('why' in request) return 'the gate has no reading'
  const { operation, object, query, body } = request
  if (operation !== reading.operation) return `operation: ${operation}, ${reading.operation}`
  if (bytesOf(object) !== reading.object) return `object: ${object}, ${reading.object}`
  for (const key of new Set([...[...query.keys()].map(bytesOf), ...reading.form.keys()])) {
    const [value, ...more] = reading.form.get(key) ?? []
    const ours = query.get(Buffer.from(key, 'latin1').toString())
    if (more.length > 0 || value === undefined || ours === undefined || bytesOf(ours) !== value)
      return `parameter ${key}: ${ours}, ${[value, ...more].join()}`
  }
  if (body.kind === 'json' && shape !== undefined) return differenceIn(body.value, reading.json, shape, '')
  return reading.json === undefined ? undefined : `a body the gate does not see: ${print(reading.json)}`
}

const bytesOf = (text: string): string => Buffer.from(text).toString('latin1')

/** null, nil and what was never set are one: none of them says anything. */
function differenceIn(ours: Json | undefined, theirs: GoValue, shape: Shape, path: string): string | undefined {
  if (ours === null || ours === undefined || theirs === undefined)
    return (ours ?? undefined) === theirs ? undefined : `${path}: ${print(ours)}, ${print(theirs)}`
  if (shape.kind === 'object' && isObject(ours) && theirs instanceof Map) {
    const names = new Set([...shape.fields.keys(), ...theirs.keys()])
    return first(names, (name) => {
      const [one, other, inner] = [ours.get(name), theirs.get(name), shape.fields.get(name)]
      if (inner !== undefined) return differenceIn(one, other, inner, `${path}.${name}`)
      return other === undefined ? undefined : `${path}.${name}: no field to the gate, ${print(other)}`
    })
  }
  if (shape.kind === 'list' && isList(ours) && Array.isArray(theirs) && ours.length === theirs.length)
    return first(ours.entries(), ([index, item]) => differenceIn(item, theirs[index], shape.item, `${path}[${index}]`))
  if (shape.kind === 'map' && isObject(ours) && theirs instanceof Map && ours.size === theirs.size)
    return first(ours, ([key, item]) =>
      theirs.has(key)
        ? differenceIn(item, theirs.get(key), shape.value, `${path}.${key}`)
        : `${path}.${key}: only ours`,
    )
  return print(ours) === print(theirs) ? undefined : `${path}: ${print(ours)}, ${print(theirs)}`
}

function first<T>(each: Iterable<T>, find: (item: T) => string | undefined): string | undefined {
  for (const item of each) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** The same text for the same value, whoever read it; the order of keys is nothing. */
function print(value: Json | GoValue): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number') return String(Number.isSafeInteger(value) ? BigInt(value) : value)
  if (value instanceof Map)
    return `{${[...value]
      .map(([key, item]) => `${JSON.stringify(key)}:${print(item)}`)
      .toSorted()
      .join()}}`
  if (Array.isArray(value)) return `[${value.map((item: Json | GoValue) => print(item)).join()}]`
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value)
}
