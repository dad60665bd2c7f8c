/** Rules for the fields of a JSON body: each field is named with its reason, any other is refused. */
import type { Json, JsonObject } from '../contract/json.ts'
import type { Facts } from './facts.ts'
import type { Objection } from './rule.ts'

/** Objects to a value, or does not. Sees undefined where the field is `required` and absent. */
export type Check = (value: Json | undefined, facts: Facts) => string | undefined

export type Shape = 'boolean' | 'string' | 'natural' | 'integer' | 'strings' | 'map' | 'object'

/** What clients send for a list or map nobody asked for. */
export const empty = Symbol('empty')

export type FieldRule = { readonly why: string; readonly required?: true } & (
  | { readonly any: Shape }
  /** Exactly one of these; `empty` stands for null, [] and {}. */
  | { readonly only: readonly (string | number | boolean | null | typeof empty)[] }
  | { readonly check: Check }
  | { readonly fields: FieldRules }
  | { readonly each: FieldRules }
)
export type FieldRules = Readonly<Record<string, FieldRule>>

/** The first objection to a body, with the full name of the field; undefined where there is none. */
export function objectToFields(value: Json, rules: FieldRules, facts: Facts, path = ''): Objection | undefined {
  if (!isObject(value)) return `${path === '' ? 'the body' : path}: must be an object`
  for (const key of value.keys())
    if (!Object.hasOwn(rules, key))
      return `${join(path, key)}: this gate does not know the field and lets nothing through that it does not know`
  for (const [key, rule] of Object.entries(rules)) {
    const field = value.get(key)
    if (field === undefined && rule.required !== true) continue
    const objection = objectToField(field, rule, facts, join(path, key))
    if (objection !== undefined) return objection
  }
  return undefined
}

function objectToField(value: Json | undefined, rule: FieldRule, facts: Facts, path: string): Objection | undefined {
  if ('fields' in rule) {
    if (value === undefined) return `${path}: ${rule.why}`
    return value === null && rule.required !== true ? undefined : objectToFields(value, rule.fields, facts, path)
  }
  if ('each' in rule) return objectToItems(value, rule.each, facts, path)
  if ('check' in rule) {
    const objection = rule.check(value, facts)
    return objection === undefined ? undefined : `${path}: ${objection}`
  }
  if ('any' in rule)
    return value !== undefined && hasShape(value, rule.any) ? undefined : `${path}: is not of its type (${rule.any})`
  const allowed = rule.only.some((each) => (each === empty ? isEmpty(value) : each === value))
  return allowed ? undefined : `${path}: ${rule.why}`
}

function objectToItems(value: Json | undefined, rules: FieldRules, facts: Facts, path: string): Objection | undefined {
  if (value === null || value === undefined) return undefined
  if (!isList(value)) return `${path}: must be a list`
  for (const [index, item] of value.entries()) {
    const objection = objectToFields(item, rules, facts, `${path}[${index}]`)
    if (objection !== undefined) return objection
  }
  return undefined
}

const shapes: Readonly<Record<Shape, (value: Json) => boolean>> = {
  boolean: (value) => typeof value === 'boolean',
  string: (value) => typeof value === 'string',
  natural: (value) => typeof value === 'number' && value >= 0,
  integer: (value) => typeof value === 'number',
  strings: (value) => value === null || (isList(value) && value.every((item) => typeof item === 'string')),
  map: (value) => value === null || (isObject(value) && [...value.values()].every((item) => typeof item === 'string')),
  object: (value) => value === null || isObject(value),
}

const hasShape = (value: Json, shape: Shape): boolean => shapes[shape](value)

export const isObject = (value: Json | undefined): value is JsonObject => value instanceof Map
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

export const isEmpty = (value: Json | undefined): boolean =>
  value === null || (isList(value) && value.length === 0) || (isObject(value) && value.size === 0)

const join = (path: string, key: string): string => (path === '' ? printable(key) : `${path}.${printable(key)}`)

/** A key as it may stand in a sentence: short, no control characters. */
const printable = (key: string): string => key.slice(0, 64).replaceAll(/[^\u0020-\u007e]/g, '?')
