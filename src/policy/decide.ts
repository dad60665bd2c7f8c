/** (request, facts) -> decision. What no rule grants is denied. */
import type { Facts } from './facts.ts'
import { objectToFields } from './fields.ts'
import type { Request } from './request.ts'
import type { Decision, Objection, QueryRules, Rule } from './rule.ts'
import { rules as shipped } from './rules.ts'

export function decide(request: Request | { readonly why: string }, facts: Facts, rules = shipped): Decision {
  const { caller } = facts
  if (caller.kind === 'refused') return { verdict: 'deny', rule: 'identity', why: caller.why }
  if (caller.kind === 'administrator')
    return { verdict: 'allow', rule: 'administrator', why: 'administrators are not restricted' }
  if ('why' in request) return { verdict: 'deny', rule: 'request', why: request.why }
  const rule = rules[request.operation]
  const objection = rule.verdict === 'deny' ? rule.why : objectTo(request, rule, facts)
  if (objection === undefined) return { verdict: 'allow', rule: request.operation, why: rule.why }
  return { verdict: 'deny', rule: request.operation, why: `${request.operation}: ${objection}` }
}

function objectTo(request: Request, rule: Exclude<Rule, { verdict: 'deny' }>, facts: Facts): Objection | undefined {
  return (
    objectToOwner(rule.on, facts) ??
    objectToQuery(request.query, rule.query, facts) ??
    objectToBody(request, rule.body, facts) ??
    rule.also?.(request, facts)
  )
}

/** The same words whether it is another's or does not exist: who may not touch it need not know. */
function objectToOwner(
  on: 'own container' | 'own exec' | undefined,
  { caller, container }: Facts,
): Objection | undefined {
  if (on === undefined) return undefined
  const isOwn = caller.kind === 'user' && container?.uid === caller.account.uid
  return isOwn
    ? undefined
    : `no such ${on === 'own exec' ? 'process' : 'container'} of yours: give a name, or at least 12 digits of the id`
}

function objectToQuery(query: ReadonlyMap<string, string>, rules: QueryRules, facts: Facts): Objection | undefined {
  for (const key of query.keys())
    if (!Object.hasOwn(rules, key)) return `the parameter ${key.slice(0, 64)} is not granted`
  for (const [key, { check, required }] of Object.entries(rules)) {
    const objection = query.has(key) || required === true ? check(query.get(key), facts) : undefined
    if (objection !== undefined) return `${key}: ${objection}`
  }
  return undefined
}

function objectToBody(
  { body }: Request,
  rules: Exclude<Rule, { verdict: 'deny' }>['body'],
  facts: Facts,
): Objection | undefined {
  if (body.kind === 'unreadable') return body.why
  if (rules === 'none') return body.kind === 'none' ? undefined : 'this call has no body'
  return body.kind === 'json' ? objectToFields(body.value, rules, facts) : 'the body is missing'
}
