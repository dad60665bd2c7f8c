/** The process of an OCI spec, for `create` and for `exec`: who it is and what it may (DESIGN 4, invariants 1 and 2). */
import { writeJson, type Json } from '../contract/json.ts'
import { fieldAt, isList, listAt, textAt, type Check, type FieldRule, type FieldRules } from './fields.ts'
import { isPlainPath } from './paths.ts'
import type { RuntimeFacts } from './runtime-facts.ts'

type Rule = FieldRule<RuntimeFacts>

const idCheck =
  (ownOf: (facts: RuntimeFacts) => number, name: string): Check<RuntimeFacts> =>
  (value, facts) => {
    if (facts.ids === 'remapped') return isInside(value) ? undefined : 'must be an id of the user namespace'
    return value === ownOf(facts) ? undefined : `must be ${ownOf(facts)}, your own ${name} (M04)`
  }

/** moby pkg/idtools: a user's subordinate range has 65,536 ids; runc refuses what is outside of the mapping. */
const isInside = (value: Json | undefined): boolean => typeof value === 'number' && value >= 0 && value < 2 ** 32

const groups: Check<RuntimeFacts> = (value, { ids, account }) => {
  if (value === null) return undefined
  if (!isList(value)) return 'must be a list'
  if (ids === 'remapped') return value.every(isInside) ? undefined : 'must be ids of the user namespace'
  const held = new Set<Json>([account.gid, ...account.groups.map(({ gid }) => gid)])
  const foreign = value.find((gid) => !held.has(gid))
  return foreign === undefined
    ? undefined
    : `${JSON.stringify(foreign)} is no group of yours: the image's /etc/group makes it one (M03)`
}

/** What the engine gives a container of root's by default is taken away again for own ids (stripProcess); more is refused. */
const capabilities: Check<RuntimeFacts> = (value, { reference }) => {
  if (value === null) return undefined
  const granted = new Set(listAt(reference, 'process', 'capabilities', 'bounding'))
  return isList(value) && value.every((each) => granted.has(each))
    ? undefined
    : 'no capability is granted but those that every container has'
}

const noCapabilities: Rule = {
  check: (value) =>
    value === null || (isList(value) && value.length === 0) ? undefined : 'no capability outlives exec',
  why: 'they would outlive exec',
}

const rlimit: FieldRules<RuntimeFacts> = {
  type: {
    required: true,
    check: (value, { grants }) =>
      typeof value === 'string' && Object.hasOwn(grants.limits.ulimits, ulimitName(value))
        ? undefined
        : 'this limit is not granted (M22b)',
    why: 'policy names them',
  },
  soft: { any: 'natural', why: 'the kernel keeps it below the hard one' },
  hard: { any: 'natural', why: 'checked with its name' },
}

const ulimitName = (type: string): string => type.replace(/^RLIMIT_/, '').toLowerCase()

const rlimits: Check<RuntimeFacts> = (value, { grants: { limits }, reference }) => {
  const byEngine = new Set(listAt(reference, 'process', 'rlimits').map(written))
  for (const each of isList(value) ? value : []) {
    const [hard, most] = [fieldAt(each, 'hard'), limits.ulimits[ulimitName(textAt(each, 'type'))] ?? 0]
    if (!byEngine.has(written(each)) && !(most < 0 || (typeof hard === 'number' && hard <= most)))
      return `a hard limit is granted up to ${most} here (M22b)`
  }
  return undefined
}

const written = (limit: Json): string =>
  ['type', 'hard', 'soft'].map((key) => writeJson(fieldAt(limit, key) ?? null)).join(' ')

/** As the engine has it for a container of root's that asks for nothing. */
const asReference = (key: string, isLike: (one: string, other: string) => boolean = Object.is): Rule => ({
  required: true,
  check: (value, { reference }) =>
    isLike(typeof value === 'string' ? value : '', textAt(reference, 'process', key))
      ? undefined
      : "must be the engine's own",
  why: "the engine's own profile stays on",
})

/** user_u:role_r:type_t:s0:c1,c2: two categories, never a range of them; that they are no other container's, gate 1 sees to. */
export const isLabel = (label: string, reference: string): boolean =>
  withoutCategories(label) === withoutCategories(reference)

const withoutCategories = (label: string): string => label.replace(/:c[0-9]{1,4},c[0-9]{1,4}$/, ':c,c')

export const processFields: FieldRules<RuntimeFacts> = {
  terminal: { any: 'boolean', why: 'the terminal of the container' },
  consoleSize: { any: 'object', why: 'the terminal of the container' },
  args: { any: 'strings', why: 'runs as the user' },
  env: { any: 'strings', why: 'read by what runs as the user' },
  cwd: {
    required: true,
    check: (value) => (typeof value === 'string' && isPlainPath(value) ? undefined : 'must be a plain path (M35)'),
    why: 'must be a plain path',
  },
  user: {
    required: true,
    why: 'must be an object',
    fields: {
      uid: { required: true, check: idCheck(({ account }) => account.uid, 'uid'), why: 'who it is' },
      gid: { required: true, check: idCheck(({ account }) => account.gid, 'gid'), why: 'who it is' },
      additionalGids: { check: groups, why: 'a user has the groups of their account and no others (M03)' },
      umask: { any: 'natural', why: "the process's own" },
      username: { only: [''], why: 'is for Windows' },
    },
  },
  capabilities: {
    why: 'must be an object',
    fields: {
      bounding: { check: capabilities, why: 'none is granted' },
      effective: { check: capabilities, why: 'none is granted' },
      permitted: { check: capabilities, why: 'none is granted' },
      inheritable: noCapabilities,
      ambient: noCapabilities,
    },
  },
  noNewPrivileges: {
    required: true,
    check: (value, { ids }) =>
      ids === 'remapped' || value === true ? undefined : 'must be on: add --security-opt no-new-privileges',
    why: 'set-id programs of the image must stay powerless',
  },
  rlimits: { each: rlimit, why: "hard limits stay below what is everybody's (M22b)" },
  oomScoreAdj: {
    check: (value, { reference }) =>
      typeof value === 'number' && value >= Number(fieldAt(reference, 'process', 'oomScoreAdj') ?? 0)
        ? undefined
        : 'no container is protected from the out-of-memory killer (M22)',
    why: 'less protection is always granted',
  },
  apparmorProfile: asReference('apparmorProfile'),
  selinuxLabel: asReference('selinuxLabel', isLabel),
}

/** What the fields of a process say together. */
export const objectToProcess = (process: Json, facts: RuntimeFacts): string | undefined => {
  const why = rlimits(fieldAt(process, 'rlimits'), facts)
  return why === undefined ? undefined : `rlimits: ${why}`
}
