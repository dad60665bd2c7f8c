/** Why a request is allowed or denied: all that speaks against it, and which section of the policy file said what its rules asked for. */
import { decide, objectionsTo } from './decide.ts'
import type { Facts } from './facts.ts'
import type { Grants, Named, Section } from './grants.ts'
import type { Request } from './request.ts'
import type { Decision, Objection } from './rule.ts'

export type Explanation = Decision & {
  readonly operation: string
  readonly object: string
  readonly objections: readonly Objection[]
  /** Keys of the policy file that its rules asked for, with the section that said them; what none said is left out. */
  readonly sections: readonly Spoken[]
}

export type Spoken = { readonly key: string; readonly section: string }

type Understood = Request | { readonly why: string }

/** The very decision, from the very facts. */
export function buildExplanation(
  request: Understood,
  facts: Facts,
  sections: readonly Named<Section>[],
  most: number,
): Explanation {
  const { grants, asked } = watchGrants(facts.grants)
  const decision = decide(request, facts)
  const found = findObjections(request, { ...facts, grants }, most)
  return {
    ...decision,
    operation: 'why' in request ? 'Unknown' : request.operation,
    object: 'why' in request ? '' : request.object,
    objections: decision.verdict === 'deny' && found.length === 0 ? [decision.why] : found,
    sections: findSpoken([...asked], sections),
  }
}

/** The first ones of a user's request; none where it was decided before any rule. */
export function findObjections(request: Understood, facts: Facts, most: number): readonly Objection[] {
  if (!('account' in facts.caller) || 'why' in request) return []
  const found: Objection[] = []
  for (const objection of objectionsTo(request, facts)) {
    found.push(objection)
    if (found.length >= most) break
  }
  return found
}

/** The same grants, which remember the keys that are read. */
export function watchGrants(grants: Grants): { readonly grants: Grants; readonly asked: ReadonlySet<string> } {
  const asked = new Set<string>()
  const watch = <Value extends object>(value: Value, prefix: string): Value =>
    new Proxy(value, {
      get: (target, key, receiver) => {
        if (typeof key === 'string') asked.add(`${prefix}${key}`)
        return Reflect.get(target, key, receiver)
      },
    })
  const limits = watch(grants.limits, 'limits.')
  return { grants: watch({ ...grants, limits }, ''), asked }
}

/** The closest section that has a key is the one that said it (mergeGrants). */
function findSpoken(asked: readonly string[], sections: readonly Named<Section>[]): readonly Spoken[] {
  return asked
    .filter((key) => key !== 'limits')
    .flatMap((key) => {
      const [top = '', limit] = key.split('.')
      const speaker = sections.find(({ section }) =>
        limit === undefined ? Object.hasOwn(section, top) : Object.hasOwn(section.limits ?? {}, limit),
      )
      return speaker === undefined ? [] : [{ key: key.replaceAll(/[A-Z]/g, toKebab), section: speaker.name }]
    })
}

/** As the policy file writes it. */
const toKebab = (letter: string): string => `-${letter.toLowerCase()}`
