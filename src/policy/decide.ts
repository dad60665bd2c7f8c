/** (request, facts) -> decision. What no rule grants is denied. */
import { userField } from '../contract/identity.ts'
import { idsOf } from './ids.ts'
import { isOwnVolume, type Facts } from './facts.ts'
import { objectionsToFields } from './fields.ts'
import { ownerOf } from './owner.ts'
import { objectToProfiles } from './profiles.ts'
import type { Request } from './request.ts'
import type { Checked, Decision, Kind, Objection, QueryRules } from './rule.ts'
import { rules as shipped } from './rules.ts'

export function decide(request: Request | { readonly why: string }, facts: Facts, rules = shipped): Decision {
  const { caller } = facts
  if (caller.kind === 'refused') return { verdict: 'deny', rule: 'identity', why: caller.why }
  if (caller.kind === 'administrator')
    return { verdict: 'allow', rule: 'administrator', why: 'administrators are not restricted' }
  if ('why' in request) return { verdict: 'deny', rule: 'request', why: request.why }
  const [objection] = objectionsTo(request, facts, rules)
  if (objection === undefined) return { verdict: 'allow', rule: request.operation, why: rules[request.operation].why }
  return { verdict: 'deny', rule: request.operation, why: `${request.operation}: ${objection}` }
}

/** All that speaks against a user's request; decide() takes the first, `dockerrunctl policy explain` shows them all. */
export function* objectionsTo(request: Request, facts: Facts, rules = shipped): Generator<Objection> {
  const rule = rules[request.operation]
  if (facts.grants.deny.includes(request.operation)) yield 'policy takes this operation away from you'
  if (rule.verdict === 'deny') {
    yield rule.why
    return
  }
  if (rule.on !== undefined && !isOwn(rule.on, request, facts)) yield nothingOfYours[rule.on]
  yield* objectionsToQuery(request.query, rule.query, facts)
  yield* objectionsToBody(request, rule, facts)
  for (const further of [...(rule.also ?? []), objectToProfiles]) {
    const objection = further(request, facts)
    if (objection !== undefined) yield objection
  }
}

/** The same words whether it is another's or does not exist: who may not touch it need not know. */
const nothingOfYours: Readonly<Record<Kind, string>> = {
  container:
    'no such container of yours: give a name, or at least 12 digits of the id (docker inspect: say --type for other things)',
  exec: 'no such process of yours',
  network: 'no such network of yours: give a name, or at least 12 digits of the id',
  volume: 'no such volume of yours',
}

function isOwn(on: Kind, { operation, object }: Request, facts: Facts): boolean {
  const { caller, grants, container, networks, volumes } = facts
  const owner = ownerOf(caller)
  if (owner === undefined) return false
  if (on === 'network') return networks.get(object)?.whose === 'own'
  // What is nowhere the engine says itself: compose makes it then.
  const isNowhere = operation === 'VolumeInspect' && grants.lists === 'all' && volumes.get(object) === 'free'
  if (on === 'volume') return isOwnVolume(volumes.get(object)) || isNowhere
  return container?.owner === owner && (on === 'container' || isOwnProcess(facts))
}

/** An administrator's process in a user's container is not the user's to attach to. */
function isOwnProcess({ caller, container, exec }: Facts): boolean {
  if (exec === undefined || exec.isPrivileged) return false
  if (container?.ids === 'remapped') return true
  return exec.user === '' || (caller.kind === 'user' && exec.user === userField(caller.account))
}

function* objectionsToQuery(query: ReadonlyMap<string, string>, rules: QueryRules, facts: Facts): Generator<Objection> {
  for (const key of query.keys())
    if (!Object.hasOwn(rules, key)) yield `the parameter ${key.slice(0, 64)} is not granted`
  for (const [key, { check, required }] of Object.entries(rules)) {
    const objection = query.has(key) || required === true ? check(query.get(key), facts) : undefined
    if (objection !== undefined) yield `${key}: ${objection}`
  }
}

function* objectionsToBody(request: Request, rule: Checked, facts: Facts): Generator<Objection> {
  const { body } = request
  const fields = idsOf(request, facts) === 'remapped' ? (rule.remapped ?? rule.body) : rule.body
  if (fields === 'hidden') return
  const isAbsent = body.kind === 'none' || (rule.bodyless === true && body.kind === 'json' && body.value === null)
  if (body.kind === 'unreadable') yield body.why
  else if (fields === 'none') {
    if (body.kind !== 'none') yield 'this call has no body'
  } else if (body.kind === 'json' && !isAbsent) yield* objectionsToFields(body.value, fields, facts)
  else if (rule.bodyless !== true) yield 'the body is missing'
}
