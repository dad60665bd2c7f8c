/** The seccomp filter of a user's container lets through no more than the engine's own does (M02, M39). */
import { writeJson, type Json } from '../contract/json.ts'
import { fieldAt, isList, isObject, listAt, textAt } from './fields.ts'

/**
 * Which calls the engine's profile lets through depends on the capabilities: so the two need not be the same, but each rule
 * must be one that root's container has as well. What is in no rule meets the default, which denies.
 */
export function objectToSeccomp(value: Json | undefined, reference: Json | undefined): string | undefined {
  if (reference === undefined) return value === undefined ? undefined : 'must be what the engine has by itself: nothing'
  if (!isObject(value)) return 'must be on: leave --security-opt seccomp out'
  const odd = [...value.keys()].find((key) => key !== 'syscalls' && !isSame(value.get(key), fieldAt(reference, key)))
  if (odd !== undefined) return `${odd} is not the engine's own: leave --security-opt seccomp out`
  const missing = [...(isObject(reference) ? reference.keys() : [])].find((key) => !value.has(key))
  if (missing !== undefined) return `${missing} is missing: leave --security-opt seccomp out`
  // A filter that denies what it names would be the weaker the less it names.
  if (!denying.includes(textAt(reference, 'defaultAction')))
    return isSame(value, reference) ? undefined : "is not the engine's own: leave --security-opt seccomp out"
  const denied = listAt(reference, 'syscalls').filter((rule) => textAt(rule, 'action') !== 'SCMP_ACT_ALLOW')
  if (denied.some((rule) => !listAt(value, 'syscalls').some((each) => isSame(each, rule))))
    return 'a rule of the engine that denies is missing: leave --security-opt seccomp out'
  const granted = namesByRule(listAt(reference, 'syscalls'))
  for (const rule of listAt(value, 'syscalls')) {
    const names = granted.get(ruleOf(rule))
    const foreign = listAt(rule, 'names').find((name) => names?.has(name) !== true)
    if (foreign !== undefined)
      return `${JSON.stringify(foreign).slice(0, 64)} is let through where the engine does not: leave --security-opt seccomp out`
  }
  return undefined
}

const denying = ['SCMP_ACT_ERRNO', 'SCMP_ACT_KILL', 'SCMP_ACT_KILL_THREAD', 'SCMP_ACT_KILL_PROCESS']

const namesByRule = (rules: readonly Json[]): ReadonlyMap<string, ReadonlySet<Json>> => {
  const found = new Map<string, Set<Json>>()
  for (const rule of rules) {
    const key = ruleOf(rule)
    const names = found.get(key) ?? new Set()
    for (const name of listAt(rule, 'names')) names.add(name)
    found.set(key, names)
  }
  return found
}

/** All of a rule but the names it is for. */
const ruleOf = (rule: Json): string =>
  isObject(rule) ? writeJson(sorted(new Map([...rule].filter(([key]) => key !== 'names')))) : ''

export function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true
  if (isList(one) && isList(other))
    return one.length === other.length && one.every((each, index) => isSame(each, other[index]))
  return (
    isObject(one) &&
    isObject(other) &&
    one.size === other.size &&
    [...one].every(([key, each]) => isSame(each, other.get(key)))
  )
}

/** Keys in one order, at every depth. */
function sorted(value: Json): Json {
  if (isList(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return new Map([...value].sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, each]) => [key, sorted(each)]))
}
