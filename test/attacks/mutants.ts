/** Field tables with one rule switched off, and bodies with one field spoiled: for tests that want a row for each rule. */
import type { FieldRule, FieldRules } from '../../src/policy/fields.ts'

export type Body = Readonly<Record<string, unknown>>

/** What no rule that restricts anything lets through, whatever it is about: tried in every field. */
const junk: readonly unknown[] = ['\u0001', -7, 7, true, ['\u0001'], [7], { '\u0001': '\u0001' }]

const inner = <F>(rule: FieldRule<F>): FieldRules<F> | undefined =>
  'fields' in rule ? rule.fields : 'each' in rule ? rule.each : 'keys' in rule ? inner(rule.values) : undefined

/** A good body with one field spoiled, for every field there is, and inside lists and maps too. */
export function spoil<F>(fields: FieldRules<F>, body: Body): Body[] {
  return Object.entries(fields).flatMap(([field, rule]) => [
    ...junk.map((value) => ({ ...body, [field]: value })),
    ...spoilInside(rule, body[field]).map((value) => ({ ...body, [field]: value })),
  ])
}

function spoilInside<F>(rule: FieldRule<F>, value: unknown): unknown[] {
  if ('fields' in rule) return spoil(rule.fields, (value ?? {}) as Body)
  if ('each' in rule)
    return (Array.isArray(value) ? (value as Body[]) : [{}]).flatMap((item, index, list) =>
      spoil(rule.each, item).map((spoiled) => list.with(index, spoiled)),
    )
  if (!('keys' in rule)) return []
  const [[key, entry] = ['x', {}]] = Object.entries((value ?? {}) as Body)
  return [{ '\u0001': entry }, ...spoilInside(rule.values, entry).map((spoiled) => ({ [key]: spoiled }))]
}

const off = { check: () => undefined, why: 'switched off' }

export function mutateFields<F>(fields: FieldRules<F>): { readonly name: string; readonly fields: FieldRules<F> }[] {
  return Object.entries(fields).flatMap(([field, rule]) => [
    { name: field, fields: { ...fields, [field]: off } },
    ...mutateRule(rule).map((mutant) => ({
      name: `${field}.${mutant.name}`,
      fields: { ...fields, [field]: mutant.rule },
    })),
  ])
}

function mutateRule<F>(rule: FieldRule<F>): { readonly name: string; readonly rule: FieldRule<F> }[] {
  if ('keys' in rule)
    return [
      { name: '(its names)', rule: { ...rule, keys: () => undefined } },
      ...mutateRule(rule.values).map(({ name, rule: values }) => ({ name, rule: { ...rule, values } })),
    ]
  const key = 'fields' in rule ? 'fields' : 'each'
  return mutateFields(inner(rule) ?? {}).map(({ name, fields }) => ({
    name,
    rule: { ...rule, [key]: fields } as FieldRule<F>,
  }))
}
