/** Who the processes of a container are: User, GroupAdd and SecurityOpt (DESIGN 4, invariants 1 and 2). */
import { groupAddField, noNewPrivileges, userField } from '../contract/identity.ts'
import type { Json } from '../contract/json.ts'
import type { Facts } from './facts.ts'
import { isEmpty, isList, type FieldRule } from './fields.ts'

export const ownUser: FieldRule = {
  required: true,
  check: objectToUser,
  why: 'names and missing parts are looked up in the image (M04)',
}

export const ownGroups: FieldRule = {
  check: objectToGroups,
  why: 'a user has the groups of their account and no others (M03)',
}

/** Exactly `host`, or left out where that means the same (R01). */
export const ownUserns: FieldRule = {
  required: true,
  check: (value, { remapped }) =>
    value === 'host' || (remapped === false && (value === undefined || value === ''))
      ? undefined
      : 'must be host, or left out: --userns=host',
  why: 'own ids are the host ids only outside a remapped namespace',
}

export const ownSecurity: FieldRule = {
  required: true,
  check: objectToSecurityOpt,
  why: 'set-id programs of the image must stay powerless',
}

export const remappedSecurity: FieldRule = {
  check: (value) => (value === undefined || isEmpty(value) ? undefined : objectToSecurityOpt(value)),
  why: "the engine's own profiles stay on",
}

function objectToUser(value: Json | undefined, { caller, remapped }: Facts): string | undefined {
  if (caller.kind === 'anonymous')
    return remapped === true
      ? 'nobody in particular may not leave the remapped ids: leave --userns out'
      : 'this engine does not remap ids, and runs nothing for nobody in particular: use a certificate of your own'
  if (caller.kind !== 'user') return 'only a user has a uid here'
  const own = userField(caller.account)
  return value === own ? undefined : `must be ${own}, your own uid and gid in numbers: add -u ${own}`
}

function objectToSecurityOpt(value: Json | undefined): string | undefined {
  const forms: readonly unknown[] = [noNewPrivileges, `${noNewPrivileges}=true`, `${noNewPrivileges}:true`]
  if (isList(value) && value.length === 1 && forms.includes(value[0])) return undefined
  return `must be ${noNewPrivileges} and nothing else: add --security-opt ${noNewPrivileges}`
}

function objectToGroups(value: Json | undefined, { caller }: Facts): string | undefined {
  if (isEmpty(value ?? null) || caller.kind !== 'user') return undefined
  const own = new Set([...groupAddField(caller.account), String(caller.account.gid)])
  const foreign = isList(value) ? value.find((gid) => typeof gid !== 'string' || !own.has(gid)) : value
  return foreign === undefined
    ? undefined
    : `${printed(foreign)} is not the number of a group of yours: "id -G" lists them`
}

const printed = (value: Json): string => (typeof value === 'string' ? JSON.stringify(value.slice(0, 64)) : 'this')
