/**
 * Each rule is switched off in turn, and some attack must then get through: so no rule stands without a row that needs it. And
 * each row must get through when some rule is switched off: so no row is denied by accident.
 */
import { describe, it } from 'vitest'
import { operations, type OperationId } from '../../src/contract/operations.ts'
import { decide } from '../../src/policy/decide.ts'
import { parseRequest } from '../../src/policy/request.ts'
import type { Rule } from '../../src/policy/rule.ts'
import { rules } from '../../src/policy/rules.ts'
import { facts, ids, wire } from '../support/requests.ts'
import { allowed, type Row } from './rows/allowed.ts'
import { mutateFields, spoil, type Body } from './mutants.ts'
import { attacks } from './rows/attacks.ts'

type Checked = Exclude<Rule, { readonly verdict: 'deny' }>
type Mutant = { readonly name: string; readonly operation: OperationId; readonly rule: Rule }

function spoilRow(id: OperationId): Row[] {
  const rule = rules[id]
  const [row] = allowed[id] ?? []
  if (row === undefined || rule.verdict === 'deny') return []
  const tables = [rule.body, rule.remapped].filter((each) => typeof each === 'object')
  const body = (row.body ?? {}) as Body
  const spoiled = tables.flatMap((fields, index) =>
    spoil(fields, index === 0 ? body : remappedBody(id)).map((each) => ({
      ...row,
      body: each,
      change: { ...row.change, ...(index === 0 ? {} : remapped(id)) },
    })),
  )
  const parameters = Object.keys(rule.query).map((key) => ({ ...row, line: setParameter(row.line, key) }))
  const withBody = { ...row, body: {} }
  return [...spoiled, ...parameters, ...withoutParameters(row, rule), withBody]
}

const remappedRow = (id: OperationId): Row | undefined =>
  allowed[id]?.find(({ name }) => name?.includes('with remapped ids') === true)
const remappedBody = (id: OperationId): Body => (remappedRow(id)?.body ?? {}) as Body
const remapped = (id: OperationId) => remappedRow(id)?.change ?? {}

function setParameter(line: string, key: string): string {
  const [path = '', query = ''] = line.split('?')
  const others = query.split('&').filter((pair) => pair !== '' && pair.split('=')[0] !== key)
  return `${path}?${[...others, `${key}=%01`].join('&')}`
}

const withoutParameters = (row: Row, rule: Checked): Row[] =>
  Object.entries(rule.query).flatMap(([key, { required }]) => {
    const line = row.line.replace(new RegExp(`([?&])${key}=[^&]*&?`), '$1').replace(/[?&]$/, '')
    return required === true ? [{ ...row, line }] : []
  })

const generated: readonly Row[] = operations.flatMap(({ id, method, path }) => [
  { line: `${method} ${path.replace(/\{[a-z]+\}/g, ids.hers)}` },
  ...spoilRow(id),
])

function mutate(operation: OperationId, rule: Checked): Mutant[] {
  const mutant = (name: string, changed: Rule): Mutant => ({ name: `${operation} ${name}`, operation, rule: changed })
  const { on, ...everybodys } = rule
  const also = rule.also ?? []
  return [
    ...(on === undefined ? [] : [mutant('whose it is', everybodys)]),
    ...also.map((_, index) =>
      mutant(`what no field shows (${index + 1})`, { ...rule, also: also.toSpliced(index, 1) }),
    ),
    ...Object.keys(rule.query).map((key) =>
      mutant(`?${key}`, { ...rule, query: { ...rule.query, [key]: { check: () => undefined } } }),
    ),
    ...(typeof rule.body === 'object' ? mutateFields(rule.body) : []).map(({ name, fields }) =>
      mutant(name, { ...rule, body: fields }),
    ),
    ...mutateFields(rule.remapped ?? {}).map(({ name, fields }) =>
      mutant(`${name} (remapped)`, { ...rule, remapped: fields }),
    ),
    ...(rule.body === 'none' ? [mutant('no body', { ...rule, body: 'hidden' })] : []),
  ]
}

const granted: Rule = { verdict: 'check', query: {}, body: 'hidden', why: 'switched off' }
const isFree = (check: Checked['query'][string]['check']) => check('\u0001', facts()) === undefined
const mutants: readonly Mutant[] = operations.flatMap(({ id }) => {
  const rule = rules[id]
  return rule.verdict === 'deny' ? [{ name: `${id} denied`, operation: id, rule: granted }] : mutate(id, rule)
})

/** Nothing to switch off: parameters that take any value on purpose. */
const isIdle = ({ name, operation }: Mutant): boolean => {
  const rule = rules[operation]
  const [, parameter] = /\?(.+)$/.exec(name) ?? []
  return parameter !== undefined && rule.verdict === 'check' && isFree(rule.query[parameter]?.check ?? (() => 'none'))
}

/** Read once, since each row is decided on by hundreds of mutants. */
const tries = [...attacks, ...generated].map((row) => ({
  row,
  request: parseRequest(wire(row.line, row.body, row.headers)),
  facts: facts(row.change),
}))
type Try = (typeof tries)[number]

const isDenied = (each: Try, under: Readonly<Record<OperationId, Rule>>) =>
  decide(each.request, each.facts, under).verdict === 'deny'

/** Rows of a mutant's own operation: no other could go another way. */
const byOperation = Map.groupBy(
  tries.filter((each) => isDenied(each, rules)),
  ({ request }) => ('why' in request ? 'none' : request.operation),
)
const throughWith = ({ operation, rule }: Mutant): readonly Row[] =>
  (byOperation.get(operation) ?? [])
    .filter((each) => !isDenied(each, { ...rules, [operation]: rule }))
    .map(({ row }) => row)
const through = new Map(mutants.map((mutant) => [mutant, throughWith(mutant)]))

describe('an attack gets through when a rule is switched off:', () => {
  it.for(mutants.filter((mutant) => !isIdle(mutant)))('$name', (mutant, { expect }) => {
    expect(through.get(mutant)?.length).toBeGreaterThan(0)
  })
})

describe('the row is held by a rule:', () => {
  const held = new Set([...through.values()].flat())
  it.for(attacks.filter(({ isShape, isHeldTwice }) => isShape !== true && isHeldTwice !== true))(
    '$name',
    (row, { expect }) => {
      expect(held.has(row)).toBe(true)
    },
  )
})
