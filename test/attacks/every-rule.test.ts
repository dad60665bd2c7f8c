/** Each rule is switched off in turn, and some attack must then get through: so no rule stands without a row that needs it. */
import { describe, it } from 'vitest'
import { operations, type OperationId } from '../../src/contract/operations.ts'
import { decide } from '../../src/policy/decide.ts'
import type { Facts } from '../../src/policy/facts.ts'
import type { FieldRule, FieldRules } from '../../src/policy/fields.ts'
import { parseRequest } from '../../src/policy/request.ts'
import type { Rule } from '../../src/policy/rule.ts'
import { rules } from '../../src/policy/rules.ts'
import { bind, createBody, facts, ids, record, wire } from '../support/requests.ts'
import { createRows, hostConfig } from './rows/create-body.ts'
import { mountRows, mounted } from './rows/mounts.ts'
import { calls, execRows } from './rows/ownership.ts'
import { parameterRows } from './rows/parameters.ts'

type Row = { readonly line: string; readonly body?: unknown; readonly change?: Partial<Facts> }
type Checked = Exclude<Rule, { readonly verdict: 'deny' }>
type Mutant = { readonly name: string; readonly operation: OperationId; readonly rule: Rule }

const create = 'POST /containers/create'
const archive = (path: string, change: Partial<Facts> = {}): Row => ({
  line: `GET /containers/${ids.hers}/archive?path=${path}`,
  change,
})
const wrong = { boolean: 'x', string: 1, natural: -1, integer: 'x', strings: 'x', map: 'x', object: 'x' } as const

/** A value that is not of its type, for every field that takes any value of one. */
const wrongTypes = (fields: FieldRules, put: (field: string, value: unknown) => unknown): unknown[] =>
  Object.entries(fields).flatMap(([field, rule]) => {
    if ('any' in rule) return [put(field, wrong[rule.any])]
    return 'fields' in rule ? wrongTypes(rule.fields, (inner, value) => put(field, { [inner]: value })) : []
  })

const fieldsOf = (operation: OperationId): FieldRules => {
  const rule = rules[operation]
  return rule.verdict === 'check' && rule.body !== 'none' ? rule.body : {}
}
const hostFields = (): FieldRules => {
  const rule = fieldsOf('ContainerCreate')['HostConfig']
  return rule !== undefined && 'fields' in rule ? rule.fields : {}
}
const { HostConfig: _, ...configFields } = fieldsOf('ContainerCreate')
const exec = { Cmd: ['id'] }

const rows: readonly Row[] = [
  ...createRows.map(({ body }) => ({ line: create, body })),
  ...wrongTypes(configFields, (field, value) => ({ ...createBody(), [field]: value })).map((body) => ({
    line: create,
    body,
  })),
  ...wrongTypes(hostFields(), (field, value) => hostConfig({ [field]: value })).map((body) => ({ line: create, body })),
  ...wrongTypes(fieldsOf('ContainerExec'), (field, value) => ({ ...exec, [field]: value })).map((body) => ({
    line: `POST /containers/${ids.hers}/exec`,
    body,
  })),
  ...wrongTypes(fieldsOf('ExecStart'), (field, value) => ({ [field]: value })).map((body) => ({
    line: `POST /exec/${ids.exec}/start`,
    body,
  })),
  ...mountRows.map(({ mounts }) => ({ line: create, body: mounted(...mounts) })),
  { line: create, body: { ...mounted(bind()), WorkingDir: '/home/alice/new' } },
  ...calls.map((call) => ({ ...call, change: { container: record({ uid: 2002 }) } })),
  ...execRows.map(({ body }) => ({ line: `POST /containers/${ids.hers}/exec`, body })),
  ...parameterRows,
  archive('/etc/shadow'),
  archive('/etc/passwd', { hasRun: true }),
  archive('/etc/passwd', { container: record({ uid: 2002 }) }),
  { line: `HEAD /containers/${ids.hers}/archive?path=/etc/passwd` },
  { line: `HEAD /containers/${ids.hers}/archive?path=/bin/sh`, change: { hasRun: true } },
  { line: `HEAD /containers/${ids.hers}/archive?path=/bin/sh`, change: { container: record({ uid: 2002 }) } },
  { line: `POST /containers/${ids.hers}/start`, change: { container: record({ phase: 'probed' }) } },
  { line: `${create}?name=taken`, body: createBody(), change: { nameIsFree: false } },
  ...operations.map(({ method, path }) => ({ line: `${method} ${path.replace(/\{[a-z]+\}/g, ids.hers)}` })),
]

const off: FieldRule = { check: () => undefined, why: 'switched off' }

function mutateFields(fields: FieldRules): { readonly name: string; readonly fields: FieldRules }[] {
  return Object.entries(fields).flatMap(([field, rule]) => {
    const inner = 'fields' in rule ? rule.fields : 'each' in rule ? rule.each : {}
    const key = 'fields' in rule ? 'fields' : 'each'
    return [
      { name: field, fields: { ...fields, [field]: off } },
      ...mutateFields(inner).map((mutant) => ({
        name: `${field}.${mutant.name}`,
        fields: { ...fields, [field]: { ...rule, [key]: mutant.fields } as FieldRule },
      })),
    ]
  })
}

function mutate(operation: OperationId, rule: Checked): Mutant[] {
  const { on: _on, also: _also, ...without } = rule
  const mutant = (name: string, changed: Rule): Mutant => ({ name: `${operation} ${name}`, operation, rule: changed })
  return [
    ...(rule.on === undefined
      ? []
      : [mutant('whose it is', { ...without, ...(rule.also === undefined ? {} : { also: rule.also }) })]),
    ...(rule.also === undefined
      ? []
      : [mutant('what no field shows', { ...without, ...(rule.on === undefined ? {} : { on: rule.on }) })]),
    ...Object.keys(rule.query).map((key) =>
      mutant(`?${key}`, { ...rule, query: { ...rule.query, [key]: { check: () => undefined } } }),
    ),
    ...(rule.body === 'none' ? [] : mutateFields(rule.body)).map(({ name, fields }) =>
      mutant(name, { ...rule, body: fields }),
    ),
  ]
}

const allowed: Rule = { verdict: 'check', query: {}, body: 'none', why: 'switched off' }
const isFree = (check: Checked['query'][string]['check']) => check('\u0000not anything\u0000', facts()) === undefined
const mutants: readonly Mutant[] = operations.flatMap(({ id }) => {
  const rule = rules[id]
  return rule.verdict === 'deny' ? [{ name: `${id} denied`, operation: id, rule: allowed }] : mutate(id, rule)
})

/** What grants any value on purpose has nothing to switch off. */
const restricting = mutants.filter(({ name, operation }) => {
  const rule = rules[operation]
  const [, parameter] = /\?(.+)$/.exec(name) ?? []
  return parameter === undefined || rule.verdict === 'deny' || !isFree(rule.query[parameter]?.check ?? (() => 'none'))
})

const isDenied = (row: Row, each: Readonly<Record<OperationId, Rule>>) =>
  decide(parseRequest(wire(row.line, row.body)), facts(row.change), each).verdict === 'deny'

const denied = rows.filter((row) => isDenied(row, rules))

describe('an attack gets through when a rule is switched off:', () => {
  it.for(restricting)('$name', ({ operation, rule }, { expect }) => {
    const weaker = { ...rules, [operation]: rule }
    expect(denied.filter((row) => !isDenied(row, weaker)).length).toBeGreaterThan(0)
  })
})
