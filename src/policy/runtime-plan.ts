/** (OCI spec, facts) -> what is wrong with it, or what is to be done for it. Pure; src/runtime carries it out. */
import type { Json, JsonObject } from '../contract/json.ts'
import { empty, fieldAt, isObject, listAt, objectionsToFields, textAt, textsAt, type FieldRules } from './fields.ts'
import type { RuntimeFacts } from './runtime-facts.ts'
import { linuxFields, objectToResources } from './runtime-linux.ts'
import { placeMount, type Bind, type Lying } from './runtime-mounts.ts'
import { objectToProcess, processFields } from './runtime-process.ts'

export type Plan = {
  /** To be opened as the user, and laid over their places when runc is through. */
  readonly binds: readonly Bind[]
  /** What lies where, before the links of the image are followed. */
  readonly mounts: readonly Pick<Lying, 'target' | 'whose'>[]
  /** The spec that runc gets: `places` are what it binds instead, one per bind, and one more for /etc/group where there is one. */
  readonly build: (places: readonly string[]) => Json
}

/** moby daemon/oci_linux.go and libnetwork: how the engine learns of the network namespace. Nothing in it is a user's. */
const isSetKey = (hook: Json, id: string): boolean => {
  const args = textsAt(hook, 'args')
  return (
    isObject(hook) &&
    [...hook.keys()].every((key) => key === 'path' || key === 'args') &&
    /^\/proc\/[0-9]+\/exe$/.test(textAt(hook, 'path')) &&
    args.length === 4 &&
    args[0] === 'libnetwork-setkey' &&
    args[1]?.startsWith('-exec-root=/') === true &&
    args[2] === id &&
    /^[0-9a-f]{12,64}$/.test(args[3] ?? '')
  )
}

/** NVIDIA's container toolkit, where the container was made with GPUs that policy grants. */
const isGpuHook = (hook: Json): boolean =>
  /^\/usr\/(?:local\/)?bin\/nvidia-container-runtime-hook$/.test(textAt(hook, 'path')) &&
  textsAt(hook, 'args').slice(1).join(' ') === 'prestart'

const hooks: FieldRules<RuntimeFacts> = Object.fromEntries(
  ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'].map((stage) => [
    stage,
    {
      check: (value: Json | undefined, { id, hasGpus }: RuntimeFacts) =>
        value === null ||
        (stage === 'prestart' &&
          Array.isArray(value) &&
          value.every((hook: Json) => isSetKey(hook, id) || (hasGpus && isGpuHook(hook))))
          ? undefined
          : 'a hook is run by root: only the engine has one',
      why: 'a hook is run by root',
    },
  ]),
)

/** Each field of a spec with its rule; any other is refused. */
export const specFields: FieldRules<RuntimeFacts> = {
  ociVersion: { any: 'string', why: 'of the runtime specification' },
  process: { required: true, fields: processFields, why: 'must be an object' },
  root: {
    required: true,
    why: 'must be an object',
    fields: {
      path: { any: 'string', why: "the engine's own" },
      readonly: { any: 'boolean', why: 'less is always granted' },
    },
  },
  hostname: { any: 'string', why: "the container's own name" },
  domainname: { any: 'string', why: "the container's own name" },
  mounts: {
    required: true,
    check: (value) => (Array.isArray(value) ? undefined : 'must be a list'),
    why: 'checked one by one',
  },
  hooks: { fields: hooks, why: 'must be an object' },
  annotations: { only: [empty], why: 'annotations steer the runtime, which is root' },
  linux: { required: true, fields: linuxFields, why: 'must be an object' },
}

/** Throws nothing; the first objection is the one that is told. */
export function planCreate(spec: Json, facts: RuntimeFacts, fields = specFields): Plan | { readonly why: string } {
  const [objection] = objectionsToFields(spec, fields, facts)
  const why = objection ?? objectToProcess(fieldAt(spec, 'process') ?? null, facts) ?? objectToResources(spec, facts)
  if (why !== undefined) return { why }
  const mounts = listAt(spec, 'mounts')
  if (mounts.length > mostMounts) return { why: `mounts: up to ${mostMounts} are possible` }
  const placed = mounts.map((mount) => placeMount(mount, spec, facts))
  const refused = placed.find((each) => 'why' in each)
  if (refused !== undefined && 'why' in refused) return refused
  const binds = placed.flatMap((each) => ('kind' in each && each.kind === 'bind' ? [each.bind] : []))
  if (binds.length > mostBinds) return { why: `mounts: up to ${mostBinds} binds are possible` }
  return {
    binds,
    mounts: placed.flatMap((each, index) => {
      const target = textAt(mounts[index] ?? null, 'destination')
      return 'why' in each ? [] : [{ target, whose: each.kind === 'keep' ? each.whose : ('user' as const) }]
    }),
    build: (places) => {
      let next = 0
      const rewritten = mounts.map((mount, index) => {
        const each = placed[index]
        if (each === undefined || 'why' in each || !isObject(mount)) return mount
        return each.kind === 'keep'
          ? withFields(mount, { options: each.options })
          : emptyPlace(places[next++] ?? '', each.bind.target)
      })
      const group = places.slice(binds.length).map((place) => emptyPlace(place, groupFile))
      return limited(stripped(spec, facts), facts, [...rewritten, ...group])
    },
  }
}

/** A process for `exec`: the same rules, and the same things taken away. */
export function planExec(
  process: Json,
  facts: RuntimeFacts,
  holdsGroups: boolean,
): { readonly process: Json } | { readonly why: string } {
  const [objection] = objectionsToFields(process, processFields, facts)
  const why = objection ?? objectToProcess(process, facts)
  if (why !== undefined) return { why }
  const strip = stripProcess(process, facts)
  const user = fieldAt(strip, 'user')
  // Looked up in a file that the container's processes may have put there, they could become any (M04c).
  const isLoose = facts.ids === 'own' && facts.looksUpGroups && !holdsGroups && isObject(user) && isObject(strip)
  return { process: isLoose ? withFields(strip, { user: withFields(user, { additionalGids: [] }) }) : strip }
}

/** What dockerrun-runtime has places for (MOST_MOUNTS in native/runtime.h), less one for /etc/group. */
const mostBinds = 127
const mostMounts = 250

export const groupFile = '/etc/group'

const emptyPlace = (source: string, target: string): JsonObject =>
  new Map<string, Json>([
    ['destination', target],
    ['type', 'bind'],
    ['source', source],
    ['options', ['bind', 'rprivate', 'ro', 'nosuid', 'nodev', 'noexec']],
  ])

const withFields = (value: JsonObject, fields: Readonly<Record<string, Json>>): JsonObject =>
  new Map([...value, ...Object.entries(fields)])

const noCapabilities: Json = new Map(
  ['bounding', 'effective', 'permitted', 'inheritable', 'ambient'].map((set) => [set, []]),
)

/** No capabilities in any set, whatever the engine gives by default. */
function stripProcess(process: Json, { ids }: RuntimeFacts): Json {
  return ids === 'own' && isObject(process) ? withFields(process, { capabilities: noCapabilities }) : process
}

const stripped = (spec: Json, facts: RuntimeFacts): Json =>
  isObject(spec) ? withFields(spec, { process: stripProcess(fieldAt(spec, 'process') ?? null, facts) }) : spec

/** As many processes as policy grants, where nobody asked for fewer. */
function limited(spec: Json, { grants: { limits } }: RuntimeFacts, mounts: readonly Json[]): Json {
  const [linux, resources] = [fieldAt(spec, 'linux'), fieldAt(spec, 'linux', 'resources')]
  if (!isObject(spec) || !isObject(linux) || !isObject(resources)) return spec
  const asked = fieldAt(resources, 'pids', 'limit')
  const limit = typeof asked === 'number' && asked > 0 ? asked : limits.processes
  const pids = new Map([['limit', limit]])
  return withFields(spec, { mounts, linux: withFields(linux, { resources: withFields(resources, { pids }) }) })
}
