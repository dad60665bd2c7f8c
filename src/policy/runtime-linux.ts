/** The `linux` part of an OCI spec: namespaces, cgroup, devices, what is hidden (DESIGN 4, invariants 2, 3, 6 and 7). */
import type { Json } from '../contract/json.ts'
import { upTo } from './checks.ts'
import {
  empty,
  fieldAt,
  isList,
  isObject,
  listAt,
  textAt,
  textsAt,
  type Check,
  type FieldRule,
  type FieldRules,
} from './fields.ts'
import type { HostNamespace } from './grants.ts'
import { isJobCgroup, notOwnJob } from './job-cgroup.ts'
import type { RuntimeFacts } from './runtime-facts.ts'
import { isLabel } from './runtime-process.ts'
import { isSame, objectToSeccomp } from './runtime-seccomp.ts'

type Rule = FieldRule<RuntimeFacts>

const none = (why: string): Rule => ({ only: [empty, '', 0, false], why })
const natural = (why: string): Rule => ({ any: 'natural', why })
const integer = (why: string): Rule => ({ any: 'integer', why })

/** moby daemon/oci_linux.go sets these by itself where the network is the container's own. */
const engineSysctls: Readonly<Record<string, string>> = {
  'net.ipv4.ip_unprivileged_port_start': '0',
  'net.ipv4.ping_group_range': '0 2147483647',
}

const sysctls: Check<RuntimeFacts> = (value) =>
  value === null ||
  (isObject(value) &&
    [...value].every(([key, each]) => Object.hasOwn(engineSysctls, key) && engineSysctls[key] === each))
    ? undefined
    : 'no sysctl is granted (B06)'

/** Each rule of the device cgroup is one of the engine's own, or about a device that policy grants. */
const deviceRules: Check<RuntimeFacts> = (value, { reference, devices }) => {
  if (value === null) return undefined
  const own = listAt(reference, 'linux', 'resources', 'devices')
  const foreign = (isList(value) ? value : [value ?? null]).find(
    (rule) => !own.some((each) => isSame(each, rule)) && !isOneOf(rule, devices),
  )
  return foreign === undefined ? undefined : 'a device is not granted to you (M14)'
}

const isOneOf = (node: Json, devices: RuntimeFacts['devices']): boolean =>
  devices.some(
    ({ type, major, minor }) =>
      fieldAt(node, 'type') === type && fieldAt(node, 'major') === major && fieldAt(node, 'minor') === minor,
  )

const deviceNodes: Check<RuntimeFacts> = (value, { devices }) =>
  value === null || (isList(value) && value.every((node) => isOneOf(node, devices)))
    ? undefined
    : 'a device is not granted to you (M14)'

/** The default driver names /parent/ID, systemd slice:docker:ID. */
const cgroup: Check<RuntimeFacts> = (value, { id, reference, job, grants }) => {
  if (job !== undefined && value === `${job}/${id}`) return undefined
  const own = textAt(reference, 'linux', 'cgroupsPath').replace(/[0-9a-f]{64}$/, id)
  if (value === own)
    return grants.slurm === 'confine' ? 'policy wants containers inside a Slurm job: run it in one' : undefined
  return isJobCgroup(typeof value === 'string' ? value.replace(/\/[0-9a-f]{64}$/, '') : '')
    ? notOwnJob
    : `must be ${own}: a cgroup is chosen by the site (M21)`
}

/** The cgroup of a job in which a container wants to be: the cgroupfs driver names /parent/ID. */
export function findJobParent(spec: Json, id: string): string | undefined {
  const path = textAt(spec, 'linux', 'cgroupsPath')
  const parent = path.slice(0, -id.length - 1)
  return path === `${parent}/${id}` && isJobCgroup(parent) ? parent : undefined
}

/** All that is hidden from root's containers is hidden from users'. */
const covers =
  (key: string): Check<RuntimeFacts> =>
  (value, { reference }) => {
    const missing = textsAt(reference, 'linux', key).find((path) => !isList(value) || !value.includes(path))
    return missing === undefined ? undefined : `${missing} is missing: leave --security-opt systempaths out`
  }

const resources: FieldRules<RuntimeFacts> = {
  devices: { required: true, check: deviceRules, why: 'must be a list' },
  memory: {
    why: 'must be an object',
    fields: {
      limit: integer('a limit, checked below'),
      reservation: integer('a limit'),
      swap: integer('a limit, checked below'),
      kernel: integer('a limit'),
      kernelTCP: integer('a limit'),
      swappiness: natural('a limit'),
      disableOOMKiller: { only: [false], why: 'a user may not escape the out-of-memory killer (M22)' },
      useHierarchy: { any: 'boolean', why: 'a limit' },
      checkBeforeUpdate: { any: 'boolean', why: 'a limit' },
    },
  },
  cpu: {
    why: 'must be an object',
    fields: {
      shares: { check: upTo(1024), why: 'more than the default would outrank others' },
      quota: integer('a limit, checked below'),
      burst: none('no burst is granted'),
      period: natural('a limit, checked below'),
      realtimeRuntime: { only: [0], why: 'no real-time scheduling is granted' },
      realtimePeriod: { only: [0], why: 'no real-time scheduling is granted' },
      cpus: { any: 'string', why: 'a limit' },
      mems: { any: 'string', why: 'a limit' },
    },
  },
  pids: {
    why: 'must be an object',
    fields: {
      limit: {
        check: (value, { grants: { limits } }) =>
          typeof value === 'number' && value <= limits.processes
            ? undefined
            : `policy grants up to ${limits.processes} processes`,
        why: 'a limit; none is set to what policy grants (runtime-plan.ts)',
      },
    },
  },
  blockIO: {
    why: 'must be an object',
    fields: {
      weight: { check: upTo(500), why: 'more than the default would outrank others' },
      leafWeight: none('more than the default would outrank others'),
      weightDevice: none('names devices (M56)'),
      throttleReadBpsDevice: none('names devices (M56)'),
      throttleWriteBpsDevice: none('names devices (M56)'),
      throttleReadIOPSDevice: none('names devices (M56)'),
      throttleWriteIOPSDevice: none('names devices (M56)'),
    },
  },
  hugepageLimits: none('no huge pages are granted'),
  network: none('no network class is granted'),
  rdma: none('no RDMA is granted'),
  unified: none('no other cgroup file is granted'),
}

export const linuxFields: FieldRules<RuntimeFacts> = {
  uidMappings: { required: true, check: mapping('uidMappings'), why: 'whose ids are inside' },
  gidMappings: { required: true, check: mapping('gidMappings'), why: 'whose ids are inside' },
  sysctl: { check: sysctls, why: 'no sysctl is granted (B06)' },
  resources: { required: true, fields: resources, why: 'must be an object' },
  cgroupsPath: { required: true, check: cgroup, why: 'a cgroup is chosen by the site (M21)' },
  namespaces: { required: true, check: objectToNamespaces, why: 'own ones, unless policy grants more' },
  devices: { check: deviceNodes, why: 'no device is granted (M14)' },
  seccomp: {
    required: true,
    check: (value, { reference }) => objectToSeccomp(value, fieldAt(reference, 'linux', 'seccomp')),
    why: "the engine's own filter stays on",
  },
  rootfsPropagation: { only: ['', 'rprivate', 'private'], why: 'a shared mount could put mounts on the host (M07)' },
  maskedPaths: { required: true, check: covers('maskedPaths'), why: "the engine's masked paths stay" },
  readonlyPaths: { required: true, check: covers('readonlyPaths'), why: "the engine's read-only paths stay" },
  mountLabel: {
    check: (value, { reference }) =>
      isLabel(typeof value === 'string' ? value : '', textAt(reference, 'linux', 'mountLabel'))
        ? undefined
        : "must be the engine's own",
    why: "the engine's own label stays",
  },
}

/**
 * What the limits of a spec say together: one that policy has is there, since what is absent is no limit (invariant 7). Of
 * swap the engine writes none where there shall be no limit, nor where the kernel has none: that is gate 1's to know.
 */
export function objectToResources(spec: Json, { grants: { limits } }: RuntimeFacts): string | undefined {
  const numberAt = (...path: readonly string[]) => Number(fieldAt(spec, 'linux', 'resources', ...path) ?? 0)
  const [memory, swap] = [numberAt('memory', 'limit'), numberAt('memory', 'swap')]
  if (limits.memory !== undefined && !(memory > 0 && memory <= limits.memory))
    return `memory: policy grants up to ${limits.memory} bytes: add --memory ${limits.memory}`
  if (limits.memory !== undefined && swap > 2 * limits.memory)
    return `swap: policy grants up to ${2 * limits.memory} bytes, memory included`
  const cpus = numberAt('cpu', 'quota') / (numberAt('cpu', 'period') || 100_000)
  return limits.cpus === undefined || (cpus > 0 && cpus <= limits.cpus)
    ? undefined
    : `cpus: policy grants up to ${limits.cpus}: add --cpus ${limits.cpus}`
}

/** On a remapped engine: the engine's subordinate ids, all of them and no others. Else none. */
function mapping(key: string): Check<RuntimeFacts> {
  return (value, { ids, reference }) => {
    if (ids === 'own')
      return value === undefined || (isList(value) && value.length === 0) ? undefined : 'own ids are not mapped'
    const engines = fieldAt(reference, 'linux', key)
    return isList(engines) && engines.length > 0 && isSame(value, engines)
      ? undefined
      : "must be the engine's own subordinate ids (R01)"
  }
}

/** `grant` is what policy calls the host's one. Those without can never be left out. */
const spaces: Readonly<Record<string, { readonly file: string; readonly grant?: HostNamespace }>> = {
  mount: { file: 'mnt' },
  network: { file: 'net', grant: 'network' },
  pid: { file: 'pid', grant: 'pid' },
  ipc: { file: 'ipc', grant: 'ipc' },
  uts: { file: 'uts', grant: 'uts' },
}

function objectToNamespaces(value: Json | undefined, facts: RuntimeFacts): string | undefined {
  if (!isList(value)) return 'must be a list'
  const types = value.map((each) => textAt(each, 'type'))
  if (new Set(types).size !== types.length) return 'has a type twice'
  if (types.includes('user') !== (facts.ids === 'remapped'))
    return facts.ids === 'own' ? 'own ids are not in a user namespace' : 'must have a user namespace (R01)'
  const engines = listAt(facts.reference, 'linux', 'namespaces').map((each) => textAt(each, 'type'))
  if (engines.includes('cgroup') && !types.includes('cgroup')) return 'must have a cgroup namespace of its own'
  for (const [type, { grant }] of Object.entries(spaces)) {
    const why = types.includes(type) ? undefined : objectToHost(type, grant, facts)
    if (why !== undefined) return why
  }
  return value.map((each) => objectToNamespace(each, facts)).find((why) => why !== undefined)
}

function objectToHost(type: string, grant: HostNamespace | undefined, facts: RuntimeFacts): string | undefined {
  const { grants, isAnonymous, ids } = facts
  const isGranted = grant !== undefined && grants.namespaces.includes(grant) && grants.profiles === undefined
  return isGranted && !isAnonymous && (ids === 'own' || grant === 'uts')
    ? undefined
    : `the host's ${type} namespace is not granted to you`
}

function objectToNamespace(space: Json, facts: RuntimeFacts): string | undefined {
  if (isObject(space) && [...space.keys()].some((key) => key !== 'type' && key !== 'path'))
    return 'has an unknown field'
  const [type, path] = [textAt(space, 'type'), textAt(space, 'path')]
  if (path === '')
    return Object.hasOwn(spaces, type) || ['user', 'cgroup'].includes(type) ? undefined : `${type} is unknown`
  // libnetwork's own name for the host's network (moby libnetwork/osl).
  if (type === 'network' && /^\/.+\/netns\/default$/.test(path)) return objectToHost(type, 'network', facts)
  const [, pid, file] = /^\/proc\/([1-9][0-9]{0,9})\/ns\/([a-z]+)$/.exec(path) ?? []
  const isFitting =
    type === 'user' ? file === 'user' && facts.ids === 'remapped' : type !== 'mount' && file === spaces[type]?.file
  const joined = facts.containerOf.get(Number(pid))
  return isFitting && joined !== undefined && facts.isOwnContainer(joined)
    ? undefined
    : `the ${type} namespace is another's: only those of your own containers are shared (M16)`
}

/** The processes whose namespaces a spec joins. */
export const findJoined = (spec: Json): readonly number[] => [
  ...new Set(
    listAt(spec, 'linux', 'namespaces').flatMap((space) => {
      const [, pid] = /^\/proc\/([1-9][0-9]{0,9})\/ns\//.exec(textAt(space, 'path')) ?? []
      return pid === undefined ? [] : [Number(pid)]
    }),
  ),
]
