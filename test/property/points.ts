/** What a rule table lets through, one point for each field and each value it names: what the generator has to reach. */
import { empty, type FieldRule, type FieldRules } from '../../src/policy/fields.ts'

/** `way` names a field as in `HostConfig.Mounts[].Type` or `NetworkingConfig.EndpointsConfig{}.Aliases`. */
export type Point = { readonly way: string; readonly value: unknown }

/** Values for the fields whose rule does not say them itself. */
export type Values = Readonly<Record<string, readonly unknown[]>>

const ofShape = {
  boolean: [true, false],
  string: ['', 'word'],
  natural: [0, 1],
  integer: [0, 1],
  strings: [null, [], ['word']],
  map: [null, {}, { key: 'word' }],
  object: [null, {}],
} as const

export const labelOf = ({ way, value }: Point): string => `${way}=${JSON.stringify(value)}`

/** Throws where a field is new and nobody has said what may be in it: then the table of values wants a line. */
export function pointsOf(rules: FieldRules, values: Values, path = ''): readonly Point[] {
  return Object.entries(rules).flatMap(([key, rule]) =>
    pointsOfField(rule, values, path === '' ? key : `${path}.${key}`),
  )
}

function pointsOfField(rule: FieldRule, values: Values, way: string): readonly Point[] {
  const known = values[way]
  const named = (known ?? []).map((value) => ({ way, value }))
  if ('fields' in rule) return [...named, ...pointsOf(rule.fields, values, way)]
  if ('each' in rule) return [...named, ...inside(rule.each, values, `${way}[]`)]
  if ('keys' in rule) return [...named, ...pointsOfField(rule.values, values, `${way}{}`)]
  if (known !== undefined) return named
  if ('only' in rule)
    return rule.only.flatMap((each) => (each === empty ? [null] : [each])).map((value) => ({ way, value }))
  if ('any' in rule) return ofShape[rule.any].map((value) => ({ way, value }))
  throw new Error(`${way}: no value for it in the generator's table`)
}

/** A list whose items are granted by nobody's default is named empty, and nothing inside of it. */
const inside = (rules: FieldRules, values: Values, way: string): readonly Point[] =>
  values[way]?.length === 0 ? [] : pointsOf(rules, values, way)

type Body = Record<string, unknown>
export type Bases = Readonly<Record<string, unknown>>

/** The body with the point in it; lists and maps on the way get an item that is good otherwise. */
export function withPoint(body: Body, { way, value }: Point, bases: Bases): Body {
  const made = structuredClone(body)
  let at = made
  const parts = way.split('.')
  for (const [index, part] of parts.entries()) {
    const [, key = '', form = ''] = /^([^[{]+)(\[\]|\{\}|\{\}\[\])?$/.exec(part) ?? []
    if (index === parts.length - 1 && form === '') at[key] = structuredClone(value)
    else at = step(at, key, form, structuredClone(bases[parts.slice(0, index + 1).join('.')] ?? {}) as Body)
  }
  return made
}

function step(at: Body, key: string, form: string, base: Body): Body {
  if (form === '[]') {
    at[key] = [...(Array.isArray(at[key]) ? (at[key] as unknown[]) : []), base]
    return base
  }
  if (form.startsWith('{}')) {
    const [name = ''] = Object.keys(base)
    const inner = base[name]
    at[key] = { ...(at[key] as Body | undefined), ...base }
    return (Array.isArray(inner) ? inner[0] : inner) as Body
  }
  const next = (typeof at[key] === 'object' && at[key] !== null ? at[key] : {}) as Body
  at[key] = next
  return next
}
