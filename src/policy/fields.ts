/** Rules for the fields of a JSON body: each field is named with its reason, any other is refused. */
import type { Json, JsonObject } from '../contract/json.ts'
import type { Facts } from './facts.ts'
import type { Objection } from './rule.ts'

/** Objects to a value, or does not. Sees undefined where the field is `required` and absent. */
export type Check<F = Facts> = (value: Json | undefined, facts: F) => string | undefined

export type Shape = 'boolean' | 'string' | 'natural' | 'integer' | 'strings' | 'map' | 'object'

/** What clients send for a list or map nobody asked for. */
export const empty = Symbol('empty')

export type FieldRule<F = Facts> = { readonly why: string; readonly required?: true } & (
  | { readonly any: Shape }
  /** Exactly one of these; `empty` stands for null, [] and {}. */
  | { readonly only: readonly (string | number | boolean | null | typeof empty)[] }
  | { readonly check: Check<F> }
  | { readonly fields: FieldRules<F> }
  | { readonly each: FieldRules<F> }
  /** A map with names of the sender's choice: each name is checked, and each value. */
  | { readonly keys: Check<F>; readonly values: FieldRule<F> }
)
/** What a rule may ask of is gate 1's facts, or what F says. */
export type FieldRules<F = Facts> = Readonly<Record<string, FieldRule<F>>>

/** All that is wrong with a body, each with the full name of the field, the first objection first. */
export function* objectionsToFields<F = Facts>(
  value: Json,
  rules: FieldRules<F>,
  facts: F,
  path = '',
): Generator<Objection> {
  if (!isObject(value)) {
    yield `${path === '' ? 'the body' : path}: must be an object`
    return
  }
  for (const key of value.keys())
    if (!Object.hasOwn(rules, key))
      yield `${join(path, key)}: this gate does not know the field and lets nothing through that it does not know`
  for (const [key, rule] of Object.entries(rules)) {
    const field = value.get(key)
    if (field !== undefined || rule.required === true) yield* objectionsToField(field, rule, facts, join(path, key))
  }
}

function* objectionsToField<F>(
  value: Json | undefined,
  rule: FieldRule<F>,
  facts: F,
  path: string,
): Generator<Objection> {
  if ('fields' in rule) {
    if (value === undefined) yield `${path}: ${rule.why}`
    else if (value !== null || rule.required === true) yield* objectionsToFields(value, rule.fields, facts, path)
  } else if ('each' in rule) yield* objectionsToItems(value, rule.each, facts, path)
  else if ('keys' in rule) yield* objectionsToEntries(value, rule, facts, path)
  else {
    const objection = objectToValue(value, rule, facts)
    if (objection !== undefined) yield `${path}: ${objection}`
  }
}

function* objectionsToItems<F>(
  value: Json | undefined,
  rules: FieldRules<F>,
  facts: F,
  path: string,
): Generator<Objection> {
  if (value === null || value === undefined) return
  if (!isList(value)) yield `${path}: must be a list`
  else for (const [index, item] of value.entries()) yield* objectionsToFields(item, rules, facts, `${path}[${index}]`)
}

function* objectionsToEntries<F>(
  value: Json | undefined,
  { keys, values }: Extract<FieldRule<F>, { keys: unknown }>,
  facts: F,
  path: string,
): Generator<Objection> {
  if (value === null || value === undefined) return
  if (!isObject(value)) {
    yield `${path}: must be an object`
    return
  }
  for (const [key, entry] of value) {
    const objection = keys(key, facts)
    if (objection !== undefined) yield `${join(path, key)}: ${objection}`
    yield* objectionsToField(entry, values, facts, join(path, key))
  }
}

function objectToValue<F>(
  value: Json | undefined,
  rule: Extract<FieldRule<F>, { any: unknown } | { only: unknown } | { check: unknown }>,
  facts: F,
): string | undefined {
  if ('check' in rule) return rule.check(value, facts)
  if ('any' in rule)
    return value !== undefined && shapes[rule.any](value) ? undefined : `is not of its type (${rule.any})`
  return rule.only.some((each) => (each === empty ? isEmpty(value) : each === value)) ? undefined : rule.why
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

export const isObject = (value: Json | undefined): value is JsonObject => value instanceof Map
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

export const isEmpty = (value: Json | undefined): boolean =>
  value === null || (isList(value) && value.length === 0) || (isObject(value) && value.size === 0)

/** The value at the end of a way through objects; undefined where there is none. */
export const fieldAt = (value: Json | undefined, ...way: readonly string[]): Json | undefined =>
  way.reduce((at: Json | undefined, key) => (isObject(at) ? at.get(key) : undefined), value)

export const textAt = (value: Json | undefined, ...way: readonly string[]): string => {
  const text = fieldAt(value, ...way)
  return typeof text === 'string' ? text : ''
}

/** The strings of a list; what is none of it is left out. */
export const textsAt = (value: Json | undefined, ...way: readonly string[]): readonly string[] =>
  listAt(value, ...way).filter((each) => typeof each === 'string')

export const listAt = (value: Json | undefined, ...way: readonly string[]): readonly Json[] => {
  const list = fieldAt(value, ...way)
  return isList(list) ? list : []
}

const join = (path: string, key: string): string => (path === '' ? printable(key) : `${path}.${printable(key)}`)

/** A key as it may stand in a sentence: short, no control characters. */
const printable = (key: string): string => key.slice(0, 64).replaceAll(/[^\u0020-\u007e]/g, '?')
