/** Lists and events show what belongs to all users; a plugin cannot filter answers, so the question must (DESIGN 4). */
import { parseJson, type Json } from '../contract/json.ts'
import { ownerLabel } from '../contract/labels.ts'
import type { Facts } from './facts.ts'
import { isList, isObject } from './fields.ts'
import type { QueryCheck } from './rule.ts'

/** `ps` on the host shows what all users run: so may this, unless policy says `lists: own`. */
export const listFilters: QueryCheck = (value, facts) =>
  facts.grants.lists === 'all' ? objectToFilters(value) : objectToForeign(value, facts)

/** Events name what others run at every moment, and their labels and commands: only those of own things are shown. */
export const ownFilters: QueryCheck = (value, facts) => objectToForeign(value, facts)

function objectToFilters(value: string | undefined): string | undefined {
  return value === undefined || value === '' || readFilters(value) !== undefined
    ? undefined
    : 'must be JSON as docker sends it'
}

function objectToForeign(value: string | undefined, { caller }: Facts): string | undefined {
  const login = caller.kind === 'user' ? caller.account.login : undefined
  const labels = readFilters(value ?? '')?.get('label') ?? []
  return login !== undefined && labels.includes(`${ownerLabel}=${login}`)
    ? undefined
    : `only your own are shown: add --filter label=${ownerLabel}=${login ?? '...'}`
}

/** {"label":{"a=b":true}} and, of old, {"label":["a=b"]}; all labels of a filter must match (moby api/types/filters). */
function readFilters(text: string): ReadonlyMap<string, readonly string[]> | undefined {
  const read = parseJson(new TextEncoder().encode(text))
  if (!('value' in read) || !isObject(read.value)) return undefined
  const filters = [...read.value].map(([key, values]) => [key, readValues(values)] as const)
  return filters.every((each): each is readonly [string, readonly string[]] => each[1] !== undefined)
    ? new Map(filters)
    : undefined
}

function readValues(values: Json): readonly string[] | undefined {
  if (isList(values)) return values.every((each) => typeof each === 'string') ? values : undefined
  return isObject(values) && [...values.values()].every((each) => each === true) ? [...values.keys()] : undefined
}
