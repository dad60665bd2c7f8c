/** Our field tables held against Docker's description: what one names and the other does not, and what becomes of enum values. */
import type { Json } from '../../src/contract/json.ts'
import { operations, type OperationId } from '../../src/contract/operations.ts'
import { objectionsToFields, type FieldRule, type FieldRules } from '../../src/policy/fields.ts'
import type { QueryRules, Rule } from '../../src/policy/rule.ts'
import { rules } from '../../src/policy/rules.ts'
import type { Described, Shape } from './docker-api.ts'
import { facts } from './requests.ts'

export type Api = ReadonlyMap<string, Described>
type Granted = { readonly id: OperationId; readonly query: QueryRules; readonly tables: readonly FieldRules[] }

/** Where there are two, the request decides between them: each must name everything. */
const listTables = ({ body, remapped }: Extract<Rule, { verdict: 'check' }>): readonly FieldRules[] =>
  [body, remapped].filter((table) => typeof table === 'object')

/** The operations a user may have under some condition. */
export const granted: readonly Granted[] = operations.flatMap(({ id }) => {
  const rule = rules[id]
  return rule.verdict === 'deny' ? [] : [{ id, query: rule.query, tables: listTables(rule) }]
})

/** Every described operation that is granted, with a name for each line of a comparison. */
const compare = (api: Api, look: (granted: Granted, described: Described) => readonly string[]): readonly string[] =>
  granted.flatMap((each) => {
    const described = api.get(each.id)
    return described === undefined ? [] : [...new Set(look(each, described))].map((name) => `${each.id} ${name}`)
  })

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/** What Docker has and a table does not name. */
export const findUnnamed = (api: Api): readonly string[] =>
  compare(api, ({ query, tables }, described) => [
    ...[...described.query.keys()].filter((name) => !Object.hasOwn(query, name)).map((name) => `?${name}`),
    ...tables.flatMap((table) => unnamedIn(described.body, table, '')),
  ])

function unnamedIn(shape: Shape | undefined, table: FieldRules, path: string): readonly string[] {
  if (shape?.kind !== 'object') return []
  return [...shape.fields].flatMap(([name, inner]) => {
    const rule = Object.hasOwn(table, name) ? table[name] : undefined
    return rule === undefined ? [join(path, name)] : unnamedBelow(inner, rule, join(path, name))
  })
}

/** A rule that takes nothing but empty values need not name what could be in them; a check is code, and names nothing. */
function unnamedBelow(shape: Shape, rule: FieldRule, path: string): readonly string[] {
  if ('fields' in rule) return unnamedIn(shape, rule.fields, path)
  if ('keys' in rule) return shape.kind === 'map' ? unnamedBelow(shape.value, rule.values, join(path, '*')) : []
  if ('each' in rule) return unnamedIn(shape.kind === 'list' ? shape.item : undefined, rule.each, `${path}[]`)
  if ('only' in rule) return []
  const names = namesIn(shape, path)
  return names.length > 0 && isTaken('', rule, strangeValue(shape)) ? [`${path} takes any name`, ...names] : names
}

/** A value of the shape whose names nobody knows. */
function strangeValue(shape: Shape): Json {
  if (shape.kind === 'list') return [strangeValue(shape.item)]
  if (shape.kind === 'map') return new Map([['80/tcp', strangeValue(shape.value)]])
  return shape.kind === 'value' ? '' : new Map([['no name of a field', '']])
}

function namesIn(shape: Shape, path: string): readonly string[] {
  if (shape.kind === 'list') return namesIn(shape.item, `${path}[]`)
  if (shape.kind === 'map') return namesIn(shape.value, join(path, '*'))
  return shape.kind === 'value'
    ? []
    : [...shape.fields].flatMap(([name, inner]) => [join(path, name), ...namesIn(inner, join(path, name))])
}

/** What a table names and Docker does not have: by a slip of the pen a rule would never speak. */
export const findUndescribed = (api: Api): readonly string[] =>
  compare(api, ({ query, tables }, described) => [
    ...Object.keys(query)
      .filter((name) => !described.query.has(name))
      .map((name) => `?${name}`),
    ...tables.flatMap((table) => undescribedIn(described.body, table, '')),
  ])

function undescribedIn(shape: Shape | undefined, table: FieldRules, path: string): readonly string[] {
  return Object.entries(table).flatMap(([name, rule]) => {
    const inner = shape?.kind === 'object' ? shape.fields.get(name) : undefined
    return inner === undefined ? [join(path, name)] : undescribedBelow(inner, rule, join(path, name))
  })
}

function undescribedBelow(shape: Shape | undefined, rule: FieldRule, path: string): readonly string[] {
  if ('fields' in rule) return undescribedIn(shape, rule.fields, path)
  if ('keys' in rule)
    return undescribedBelow(shape?.kind === 'map' ? shape.value : undefined, rule.values, join(path, '*'))
  return 'each' in rule ? undescribedIn(shape?.kind === 'list' ? shape.item : undefined, rule.each, `${path}[]`) : []
}

export type Verdicts = { readonly allow: readonly string[]; readonly deny: readonly string[] }

/** Each enum that Docker describes where a rule decides on it, and what the rules say of each value. */
export function findEnums(api: Api): Readonly<Record<string, Verdicts>> {
  const found: Record<string, Verdicts> = {}
  for (const { id, query, tables } of granted) {
    const described = api.get(id)
    for (const [name, shape] of described?.query ?? []) {
      const check = query[name]?.check
      if (check !== undefined) note(found, `${id} ?${name}`, shape, (value) => check(value, facts()) === undefined)
    }
    for (const table of tables) enumsIn(described?.body, table, id, found)
  }
  return found
}

function enumsIn(shape: Shape | undefined, table: FieldRules, path: string, found: Record<string, Verdicts>): void {
  for (const [name, rule] of Object.entries(table)) {
    const inner = shape?.kind === 'object' ? shape.fields.get(name) : undefined
    const here = /^[A-Za-z]+$/.test(path) ? `${path} ${name}` : join(path, name)
    if ('fields' in rule) enumsIn(inner, rule.fields, here, found)
    else if ('each' in rule) enumsIn(inner?.kind === 'list' ? inner.item : undefined, rule.each, `${here}[]`, found)
    else if (!('keys' in rule)) note(found, here, inner, (value) => isTaken(name, rule, value))
  }
}

const isTaken = (name: string, rule: FieldRule, value: Json): boolean =>
  objectionsToFields(new Map([[name, value]]), { [name]: rule }, facts()).next().done === true

/** One of several alternatives that takes it is enough: it is allowed to somebody. */
function note(
  found: Record<string, Verdicts>,
  path: string,
  shape: Shape | undefined,
  isAllowed: (value: string) => boolean,
): void {
  if (shape?.kind !== 'value' || shape.values.length === 0) return
  const before = found[path]?.allow ?? []
  const allow = shape.values.filter((value) => before.includes(value) || isAllowed(value))
  found[path] = { allow, deny: shape.values.filter((value) => !allow.includes(value)) }
}
