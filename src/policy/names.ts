/** Names and references. A name never looks like an id, so that one reference has one meaning (THREATS 5). */
import type { QueryCheck } from './rule.ts'

/** moby daemon/names: RestrictedNamePattern. */
const nameForm = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/
const idForm = /^[0-9a-f]{64}$/
/** docker prints 12 digits. Fewer could match another's container by the time the engine looks. */
const idPrefixForm = /^[0-9a-f]{12,63}$/
/** The engine takes what is no name (any more) for an id prefix: a name that could be one would lead to another's container. */
const idLikeForm = /^[0-9a-f]*$/

export type Reference = 'id' | 'id prefix' | 'name' | undefined

/** What a reference is, as the engine will take it; undefined if it is none. */
export function referenceKind(reference: string): Reference {
  if (idForm.test(reference)) return 'id'
  if (idPrefixForm.test(reference)) return 'id prefix'
  return nameForm.test(reference) && !idLikeForm.test(reference) ? 'name' : undefined
}

export const nameRule =
  'must be two or more letters, digits, "_", "." and "-", and not look like an id: one letter behind f at least'

export const nameInUse = (what: string, name: string): string =>
  `the ${what} name ${name} is in use, or was until a moment ago: choose another`

export const objectToName: QueryCheck = (value, { nameIsFree }) => {
  if (value === undefined || value === '') return undefined
  if (referenceKind(value) !== 'name') return nameRule
  return nameIsFree ? undefined : nameInUse('container', value)
}
