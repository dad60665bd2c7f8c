/** What a container may use: never more than others by rank, and within what policy says (DESIGN 4, invariant 7; M22, M58). */
import type { Json } from '../contract/json.ts'
import { formOf, numberOrNull, upTo } from './checks.ts'
import type { Facts } from './facts.ts'
import type { Limits } from './grants.ts'
import { empty, fieldAt, isObject, type FieldRule, type FieldRules } from './fields.ts'

const natural = (why: string): FieldRule => ({ any: 'natural', why })

/** Fields that a container is created with and that can be changed later. */
export const changeable: FieldRules = {
  CpuShares: { check: upTo(1024), why: 'more than the default would outrank others' },
  CpuPeriod: natural('a limit'),
  CpuQuota: { any: 'integer', why: 'a limit' },
  CpuRealtimePeriod: { only: [0], why: 'no real-time scheduling is granted' },
  CpuRealtimeRuntime: { only: [0], why: 'no real-time scheduling is granted' },
  CpusetCpus: { any: 'string', why: 'a limit' },
  CpusetMems: { any: 'string', why: 'a limit' },
  NanoCpus: natural('a limit'),
  Memory: natural('a limit'),
  MemoryReservation: natural('a limit'),
  MemorySwap: { any: 'integer', why: 'a limit; -1 is no swap limit of its own' },
  MemorySwappiness: { check: numberOrNull, why: 'a limit' },
  KernelMemory: natural('a limit'),
  KernelMemoryTCP: natural('a limit'),
  PidsLimit: {
    check: (value, facts) => upTo(facts.grants.limits.processes)(value, facts),
    why: 'a limit',
  },
  BlkioWeight: { check: upTo(500), why: 'more than the default would outrank others' },
  OomKillDisable: { only: [false, null], why: 'a user may not escape the out-of-memory killer (M22)' },
}

export const resources: FieldRules = {
  ...changeable,
  OomScoreAdj: natural('a user may offer the container to the kernel first, never protect it (M22)'),
  Ulimits: {
    each: {
      Name: { required: true, check: objectToUlimitName, why: 'policy names them' },
      Soft: { any: 'integer', why: 'the engine keeps it below the hard one' },
      Hard: { any: 'integer', why: 'checked below' },
    },
    why: "hard limits stay below what is everybody's (M22b)",
  },
}

function objectToUlimitName(value: Json | undefined, { grants: { limits } }: Facts): string | undefined {
  return typeof value === 'string' && Object.hasOwn(limits.ulimits, value)
    ? undefined
    : `only ${Object.keys(limits.ulimits).join(', ')} are granted (M22b)`
}

export const shmSize: FieldRule = {
  check: (value, { grants }) => objectToSize(value, grants.limits.shm),
  why: 'memory of the container',
}

const objectToSize = (value: Json | undefined, most: number | undefined): string | undefined =>
  typeof value === 'number' && value >= 0 && (most === undefined || value <= most)
    ? undefined
    : `must be a number of bytes${most === undefined ? '' : ` up to ${most}`}`

export const storage: FieldRule = { check: objectToStorage, why: 'the size of the layer' }

function objectToStorage(value: Json | undefined, { grants: { limits } }: Facts): string | undefined {
  if (value === null) return undefined
  if (!isObject(value)) return 'must be an object'
  if (value.size === 0) return undefined
  const bytes = value.size === 1 ? parseSize(value.get('size')) : undefined
  const isWithin = bytes !== undefined && limits.layer !== undefined && bytes <= limits.layer
  return isWithin
    ? undefined
    : `only size is granted${limits.layer === undefined ? ' where policy limits it' : `, up to ${limits.layer} bytes`}`
}

/** 10g, 512M, 1048576: as docker reads sizes (go-units RAMInBytes). Undefined where it is none. */
export function parseSize(value: Json | undefined): number | undefined {
  const [, number, unit = ''] = /^([1-9][0-9]{0,14})([kmgt]?)b?$/i.exec(typeof value === 'string' ? value : '') ?? []
  if (number === undefined) return undefined
  return Number(number) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase())
}

const logOptions: Readonly<Record<string, RegExp>> = {
  'max-size': /^(?:(?:[1-9][0-9]{2,3})[kK]|[1-9][0-9]{0,3}[mM]|[1-9][gG])$/,
  'max-file': /^[1-9][0-9]?$/,
  compress: /^(?:true|false)$/,
}

export const logConfig: FieldRule = {
  why: 'must be an object',
  fields: {
    Type: {
      only: ['', 'json-file', 'local', 'none'],
      why: 'other log drivers let root write where the user says (M23): use json-file, local or none',
    },
    Config: { check: objectToLogOptions, why: 'only sizes' },
  },
}

/** Sizes alone: a buffer (mode, max-buffer-size) would be the engine's own memory. */
function objectToLogOptions(value: Json | undefined, { grants: { limits } }: Facts): string | undefined {
  if (value === null) return undefined
  if (!isObject(value)) return 'must be an object'
  const bad = [...value].find(
    ([key, option]) => typeof option !== 'string' || formOf(logOptions, key)?.test(option) !== true,
  )
  if (bad !== undefined) return 'only max-size (100k to 9g), max-file (up to 99) and compress are granted'
  const size = parseSize(value.get('max-size'))
  const total = size === undefined ? undefined : size * Number(value.get('max-file') ?? 1)
  return total !== undefined && limits.log !== undefined && total > limits.log
    ? `max-size times max-file is more than the ${limits.log} bytes that policy grants`
    : undefined
}

/** The engine restarts by itself, and nobody looks at the binds again then (M05b). */
export const restartPolicy: FieldRule = {
  why: 'must be an object',
  fields: {
    Name: {
      only: ['', 'no', 'on-failure'],
      why: 'always and unless-stopped would start it again with the engine: use no or on-failure',
    },
    MaximumRetryCount: { any: 'natural', why: 'how often it is tried' },
  },
}

/** What the fields say together, at creation and at every change. `at` is where they lie: HostConfig, or the body itself. */
export function objectToLimits(
  at: Json | undefined,
  { grants: { limits } }: Facts,
  isNew: boolean,
): string | undefined {
  return (
    objectToMemory(at, limits.memory, isNew) ??
    objectToCpus(at, limits.cpus, isNew) ??
    objectToUlimits(at, limits.ulimits) ??
    (isNew ? objectToUnasked(at, limits) : undefined)
  )
}

const numberAt = (at: Json | undefined, key: string): number => {
  const value = fieldAt(at, key)
  return typeof value === 'number' ? value : 0
}

/** What is not asked for has no limit, or the engine's: so where policy has one, it has to be asked for. */
function objectToUnasked(at: Json | undefined, { log, layer, shm }: Limits): string | undefined {
  const hasLog =
    fieldAt(at, 'LogConfig', 'Type') === 'none' || fieldAt(at, 'LogConfig', 'Config', 'max-size') !== undefined
  if (log !== undefined && !hasLog)
    return `LogConfig: policy limits logs: add --log-opt max-size=100k, or what policy grants`
  if (layer !== undefined && fieldAt(at, 'StorageOpt', 'size') === undefined)
    return `StorageOpt: policy limits layers: add --storage-opt size=${layer}`
  return shm !== undefined && shm < engineShm && numberAt(at, 'ShmSize') === 0
    ? `ShmSize: policy limits it: add --shm-size ${shm}`
    : undefined
}

/** moby daemon/config: DefaultShmSize. */
const engineShm = 64 * 1024 * 1024

function objectToMemory(at: Json | undefined, most: number | undefined, isNew: boolean): string | undefined {
  if (most === undefined) return undefined
  const [memory, swap] = [numberAt(at, 'Memory'), numberAt(at, 'MemorySwap')]
  if (memory === 0 && isNew) return `Memory: policy grants up to ${most} bytes: add --memory ${most}`
  if (memory > most) return `Memory: policy grants up to ${most} bytes`
  return swap < 0 || swap > 2 * most ? `MemorySwap: policy grants up to ${2 * most} bytes, memory included` : undefined
}

function objectToCpus(at: Json | undefined, most: number | undefined, isNew: boolean): string | undefined {
  if (most === undefined) return undefined
  const [nano, quota] = [numberAt(at, 'NanoCpus'), numberAt(at, 'CpuQuota')]
  // moby daemon/daemon_unix.go: the period is 100 ms where none is given.
  const period = numberAt(at, 'CpuPeriod') || 100_000
  const isHalf = (fieldAt(at, 'CpuPeriod') === undefined) !== (fieldAt(at, 'CpuQuota') === undefined)
  if (!isNew && isHalf) return 'CpuPeriod: CPUs are limited here: change quota and period together'
  if (nano === 0 && quota <= 0)
    return isNew || quota < 0 ? `NanoCpus: policy grants up to ${most}: add --cpus ${most}` : undefined
  const cpus = nano === 0 ? quota / period : nano / 1e9
  return cpus > most ? `NanoCpus: policy grants up to ${most} CPUs` : undefined
}

function objectToUlimits(at: Json | undefined, granted: Readonly<Record<string, number>>): string | undefined {
  const list = fieldAt(at, 'Ulimits')
  for (const each of Array.isArray(list) ? list : []) {
    const name = fieldAt(each, 'Name')
    const most = typeof name === 'string' && Object.hasOwn(granted, name) ? granted[name] : undefined
    const [hard, soft] = [numberAt(each, 'Hard'), numberAt(each, 'Soft')]
    if (most !== undefined && most >= 0 && [hard, soft].some((limit) => limit < 0 || limit > most))
      return `Ulimits: a hard limit is granted up to ${most} here (M22b)`
  }
  return undefined
}

export const containerUpdate: FieldRules = {
  ...changeable,
  // moby daemon/daemon_unix.go, getPidsLimit: 0 and less lift it, null leaves it.
  PidsLimit: {
    check: (value, facts) =>
      value === 0 ? 'would lift the limit: name a number' : upTo(facts.grants.limits.processes)(value, facts),
    why: 'a limit',
  },
  RestartPolicy: {
    why: 'must be an object',
    fields: {
      Name: { only: ['', 'no'], why: 'a restart by the engine is chosen at creation' },
      MaximumRetryCount: { any: 'natural', why: 'how often it is tried' },
    },
  },
  ...updateOnly(),
}

/** Resources of the update body that a create body has elsewhere, or not for a user at all. */
function updateOnly(): FieldRules {
  const none = (why: string): FieldRule => ({ only: [empty, '', 0, false], why })
  return {
    CgroupParent: none('a cgroup is chosen by the site (M21)'),
    Devices: none('devices are chosen at creation'),
    DeviceCgroupRules: none('no device is granted in this way (M14)'),
    DeviceRequests: none('devices are chosen at creation'),
    Ulimits: none('limits of processes are chosen at creation'),
    BlkioWeightDevice: none('the engine would look the device path up as root (M56)'),
    BlkioDeviceReadBps: none('the engine would look the device path up as root (M56)'),
    BlkioDeviceWriteBps: none('the engine would look the device path up as root (M56)'),
    BlkioDeviceReadIOps: none('the engine would look the device path up as root (M56)'),
    BlkioDeviceWriteIOps: none('the engine would look the device path up as root (M56)'),
    CpuCount: none('has no meaning on Linux'),
    CpuPercent: none('has no meaning on Linux'),
    IOMaximumIOps: none('has no meaning on Linux'),
    IOMaximumBandwidth: none('has no meaning on Linux'),
    Init: { only: [null], why: 'is chosen at creation' },
  }
}
