/** Each rule is switched off in turn, and some attack must then get through: so no rule stands without a row that needs it. */
import { describe, it } from 'vitest'
import { operations, type OperationId } from '../../src/contract/operations.ts'
import { decide } from '../../src/policy/decide.ts'
import type { Facts } from '../../src/policy/facts.ts'
import type { FieldRule, FieldRules } from '../../src/policy/fields.ts'
import { parseRequest } from '../../src/policy/request.ts'
import type { Rule } from '../../src/policy/rule.ts'
import { rules } from '../../src/policy/rules.ts'
import { bind, createBody, facts, final, ids, record, wire } from '../support/requests.ts'
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

/** What no rule that restricts anything lets through, whatever it is about: tried in every field. */
const junk: readonly unknown[] = ['\u0001', -7, 7, true, ['\u0001'], [7], { '\u0001': '\u0001' }]

/** Bodies with junk in one field, for every field there is; `put` writes a body that is else good. */
const spoil = (fields: FieldRules, put: (field: string, value: unknown) => unknown): unknown[] =>
  Object.entries(fields).flatMap(([field, rule]) => {
    const here = junk.map((value) => put(field, value))
    if ('each' in rule)
      return [...here, ...spoil(rule.each, (inner, value) => put(field, [{ ...bind(), [inner]: value }]))]
    return 'fields' in rule ? [...here, ...spoil(rule.fields, (inner, value) => put(field, { [inner]: value }))] : here
  })

const spoiledParameters = (id: OperationId, line: string): Row[] => {
  const rule = rules[id]
  const others = id === 'ImageCreate' ? 'fromImage=busybox&tag=latest&' : ''
  const body = id === 'ContainerCreate' ? { body: createBody() } : {}
  return Object.keys(rule.verdict === 'check' ? rule.query : {}).map((key) => ({
    line: `${line}?${key === 'fromImage' || key === 'tag' ? '' : others}${key}=%01`,
    ...body,
  }))
}

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
  ...spoil(configFields, (field, value) => ({ ...createBody(), [field]: value })).map((body) => ({
    line: create,
    body,
  })),
  ...spoil(hostFields(), (field, value) => hostConfig({ [field]: value })).map((body) => ({ line: create, body })),
  ...spoil(fieldsOf('ContainerExec'), (field, value) => ({ ...exec, [field]: value })).map((body) => ({
    line: `POST /containers/${ids.hers}/exec`,
    body,
  })),
  ...spoil(fieldsOf('ExecStart'), (field, value) => ({ [field]: value })).map((body) => ({
    line: `POST /exec/${ids.exec}/start`,
    body,
  })),
  ...mountRows.map(({ mounts }) => ({ line: create, body: mounted(...mounts) })),
  { line: create, body: { ...mounted(bind()), WorkingDir: '/home/alice/new' } },
  ...calls.map((call) => ({ ...call, change: { container: record({ uid: 2002 }) } })),
  ...execRows.map(({ body }) => ({ line: `POST /containers/${ids.hers}/exec`, body })),
  ...parameterRows,
  { line: 'POST /images/create?fromImage=busybox&tag=latest', change: { imageIsLocal: true } },
  archive('/etc/shadow'),
  archive('/etc/passwd', { final: final({ hasRun: true }) }),
  archive('/etc/passwd', { container: record({ uid: 2002 }) }),
  { line: `HEAD /containers/${ids.hers}/archive?path=/etc/passwd` },
  { line: `HEAD /containers/${ids.hers}/archive?path=/bin/sh`, change: { final: final({ hasRun: true }) } },
  { line: `HEAD /containers/${ids.hers}/archive?path=/bin/sh`, change: { container: record({ uid: 2002 }) } },
  { line: `POST /containers/${ids.hers}/start`, change: { container: record({ phase: 'probed' }) } },
  { line: `${create}?name=taken`, body: createBody(), change: { nameIsFree: false } },
  ...operations.flatMap(({ id, method, path }) => {
    const line = `${method} ${path.replace(/\{[a-z]+\}/g, ids.hers)}`
    return [{ line }, ...spoiledParameters(id, line)]
  }),
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
        fields: { ...fields, [field]: { ...rule, [key]: mutant.fields } },
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

/** Nothing to switch off: parameters that take any value on purpose, and a field that is checked again with its mount. */
const isIdle = ({ name, operation }: Mutant): boolean => {
  const rule = rules[operation]
  const [, parameter] = /\?(.+)$/.exec(name) ?? []
  if (parameter === undefined || rule.verdict === 'deny') return name === 'ContainerCreate HostConfig.Mounts.Source'
  return isFree(rule.query[parameter]?.check ?? (() => 'none'))
}

const isDenied = (row: Row, each: Readonly<Record<OperationId, Rule>>) =>
  decide(parseRequest(wire(row.line, row.body)), facts(row.change), each).verdict === 'deny'

const denied = rows.filter((row) => isDenied(row, rules))

describe('an attack gets through when a rule is switched off:', () => {
  it.for(mutants.filter((mutant) => !isIdle(mutant)))('$name', ({ operation, rule }, { expect }) => {
    const weaker = { ...rules, [operation]: rule }
    expect(denied.filter((row) => !isDenied(row, weaker)).length).toBeGreaterThan(0)
  })
})
