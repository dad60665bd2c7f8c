/** Labels are information, and no gate trusts them. One is kept truthful all the same, since lists are filtered by it. */
import { ownerLabel } from '../contract/labels.ts'
import type { Json } from '../contract/json.ts'
import type { Facts } from './facts.ts'
import { isObject, type FieldRule } from './fields.ts'

export const labels: FieldRule = { check: objectToLabels, why: 'information' }

function objectToLabels(value: Json | undefined, { caller }: Facts): string | undefined {
  if (value === null || value === undefined) return undefined
  if (!isObject(value) || ![...value.values()].every((each) => typeof each === 'string'))
    return 'must be a map of strings'
  const owner = value.get(ownerLabel)
  const login = caller.kind === 'user' ? caller.account.login : ''
  return owner === undefined || owner === login ? undefined : `${ownerLabel} is your own login name, or left out`
}
