/** POST /containers/create in own-uid mode: a container may do what its user may, and no more (DESIGN 4; THREATS 6.2, 6.3). */
import { groupAddField, noNewPrivileges, userField } from '../contract/identity.ts'
import type { Json } from '../contract/json.ts'
import { numberOrNull, upTo, twoNumbers, words, objectToWorkingDir } from './checks.ts'
import type { Facts } from './facts.ts'
import { empty, isList, isObject, type FieldRule, type FieldRules } from './fields.ts'
import { findBinds, mountFields, objectToBinds } from './mounts.ts'
import { networkingFields } from './networks.ts'
import { isBelow } from './paths.ts'
import type { Request } from './request.ts'

const granted = (any: Extract<FieldRule, { any: unknown }>['any'], why: string): FieldRule => ({ any, why })
const none = (why: string): FieldRule => ({ only: [empty, '', 0, false], why })

const hostConfig: FieldRules = {
  SecurityOpt: { required: true, check: objectToSecurityOpt, why: 'set-id programs of the image must stay powerless' },
  UsernsMode: {
    required: true,
    check: objectToUserns,
    why: 'own ids are the host ids only outside a remapped namespace',
  },
  GroupAdd: { check: objectToGroups, why: 'a user has the groups of their account and no others' },
  Mounts: { each: mountFields, why: 'checked as the user' },
  NetworkMode: { only: ['', 'default', 'bridge', 'none', 'host'], why: 'use bridge, none or host' },

  Privileged: { only: [false], why: 'a privileged container is root on the host' },
  CapAdd: none('no capability is granted to a user'),
  CapDrop: granted('strings', 'less is always granted'),
  Devices: none('no device is granted (M14)'),
  DeviceCgroupRules: none('no device is granted (M14)'),
  DeviceRequests: none('no device is granted'),
  Binds: {
    only: [empty],
    why: 'the engine makes missing sources as root (M08): use --mount type=bind,source=...,target=... instead of -v',
  },
  VolumesFrom: none("another container's volumes are not granted (M15)"),
  VolumeDriver: { only: ['', 'local'], why: 'volume plugins run as root' },
  Tmpfs: none('not granted: an image link could move it into a bound folder (M10)'),
  PidMode: { only: ['', 'private'], why: 'the pid namespace is its own' },
  IpcMode: { only: ['', 'none', 'private', 'shareable'], why: 'the ipc namespace is its own' },
  UTSMode: { only: [''], why: 'the uts namespace is its own' },
  CgroupnsMode: { only: ['', 'private'], why: 'use private' },
  Cgroup: { only: [''], why: "another container's cgroup is not granted" },
  CgroupParent: { only: [''], why: 'a cgroup is chosen by the site (M21)' },
  Runtime: { only: [''], why: 'the runtime is chosen by the site (M63)' },
  Isolation: { only: ['', 'default'], why: 'has no meaning on Linux' },
  Annotations: none('annotations steer the runtime, which is root'),
  Sysctls: none('no sysctl is granted (B06)'),
  MaskedPaths: { only: [null], why: "the engine's masked paths stay" },
  ReadonlyPaths: { only: [null], why: "the engine's read-only paths stay" },
  Links: none("a link copies the other container's environment (B03)"),
  PortBindings: none('no host port is granted (B01)'),
  PublishAllPorts: { only: [false], why: 'no host port is granted (B01)' },
  LogConfig: {
    why: 'must be an object',
    fields: {
      Type: {
        only: ['', 'json-file', 'local', 'none'],
        why: 'other log drivers let root write where the user says (M23): use json-file, local or none',
      },
      Config: { check: objectToLogOptions, why: 'only sizes' },
    },
  },
  RestartPolicy: {
    why: 'must be an object',
    fields: {
      Name: {
        only: ['', 'no'],
        why: 'a restart is done by the engine, where nobody checks again (M04c, M05b): use no',
      },
      MaximumRetryCount: { only: [0], why: 'no restart policy is granted' },
    },
  },
  OomScoreAdj: granted('natural', 'a user may offer the container to the kernel first, never protect it (M22)'),
  OomKillDisable: { only: [false, null], why: 'a user may not escape the out-of-memory killer (M22)' },
  Ulimits: none("hard limits could be raised above the user's own (M22b)"),
  CpuRealtimePeriod: { only: [0], why: 'no real-time scheduling is granted' },
  CpuRealtimeRuntime: { only: [0], why: 'no real-time scheduling is granted' },
  BlkioWeightDevice: none('the engine would look the device path up as root (M56)'),
  BlkioDeviceReadBps: none('the engine would look the device path up as root (M56)'),
  BlkioDeviceWriteBps: none('the engine would look the device path up as root (M56)'),
  BlkioDeviceReadIOps: none('the engine would look the device path up as root (M56)'),
  BlkioDeviceWriteIOps: none('the engine would look the device path up as root (M56)'),
  StorageOpt: none('the layer size is chosen by the site'),

  AutoRemove: granted('boolean', 'removes the container its own user made'),
  ContainerIDFile: granted('string', 'is for the client; the engine does not read it'),
  ConsoleSize: { check: twoNumbers, why: 'the terminal of the container' },
  Init: { only: [true, false, null], why: 'an init runs as the user like any other program' },
  ReadonlyRootfs: granted('boolean', 'less is always granted'),
  ShmSize: granted('natural', 'memory of the container'),
  Dns: granted('strings', "the container's own resolv.conf"),
  DnsOptions: granted('strings', "the container's own resolv.conf"),
  DnsSearch: granted('strings', "the container's own resolv.conf"),
  ExtraHosts: granted('strings', "the container's own hosts file"),
  CpuShares: { check: upTo(1024), why: 'more than the default would outrank others' },
  CpuPeriod: granted('natural', 'a limit'),
  CpuQuota: granted('integer', 'a limit'),
  CpuCount: { only: [0], why: 'has no meaning on Linux' },
  CpuPercent: { only: [0], why: 'has no meaning on Linux' },
  IOMaximumIOps: { only: [0], why: 'has no meaning on Linux' },
  IOMaximumBandwidth: { only: [0], why: 'has no meaning on Linux' },
  CpusetCpus: granted('string', 'a limit'),
  CpusetMems: granted('string', 'a limit'),
  NanoCpus: granted('natural', 'a limit'),
  Memory: granted('natural', 'a limit'),
  MemoryReservation: granted('natural', 'a limit'),
  MemorySwap: granted('integer', 'a limit; -1 is no swap limit of its own'),
  MemorySwappiness: { check: numberOrNull, why: 'a limit' },
  KernelMemory: granted('natural', 'a limit'),
  KernelMemoryTCP: granted('natural', 'a limit'),
  PidsLimit: { check: upTo(4096), why: 'a limit' },
  BlkioWeight: { check: upTo(500), why: 'more than the default would outrank others' },
}

export const containerCreate: FieldRules = {
  User: { required: true, check: objectToUser, why: 'names and missing parts are looked up in the image (M04)' },
  HostConfig: { required: true, fields: hostConfig, why: 'add --security-opt no-new-privileges' },
  NetworkingConfig: { fields: networkingFields, why: 'must be an object' },
  WorkingDir: { check: objectToWorkingDir, why: 'the engine makes a missing one as root (M11)' },
  Volumes: none('an anonymous volume takes its files from the image as root (M13d)'),
  MacAddress: { only: [''], why: "a chosen address could be another container's (B07)" },
  Image: granted('string', 'any image the engine has or can pull'),
  Cmd: { check: words, why: 'runs as the user' },
  Entrypoint: { check: words, why: 'runs as the user' },
  Shell: granted('strings', 'runs as the user'),
  Env: granted('strings', 'read by what runs as the user'),
  Labels: granted('map', 'labels are information: no gate trusts them'),
  Hostname: granted('string', "the container's own name"),
  Domainname: granted('string', "the container's own name"),
  ExposedPorts: granted('object', 'says what could be published, publishes nothing'),
  AttachStdin: granted('boolean', 'the streams of an own container'),
  AttachStdout: granted('boolean', 'the streams of an own container'),
  AttachStderr: granted('boolean', 'the streams of an own container'),
  Tty: granted('boolean', 'the streams of an own container'),
  OpenStdin: granted('boolean', 'the streams of an own container'),
  StdinOnce: granted('boolean', 'the streams of an own container'),
  ArgsEscaped: granted('boolean', 'has no meaning on Linux'),
  NetworkDisabled: granted('boolean', 'less is always granted'),
  OnBuild: { only: [null, empty], why: 'belongs to builds' },
  StopSignal: granted('string', 'signals of an own container'),
  StopTimeout: { check: upTo(120), why: 'the engine waits for it, also when it goes down itself' },
  Healthcheck: {
    why: 'must be an object',
    fields: {
      Test: granted('strings', 'runs as the user'),
      Interval: { check: objectToInterval, why: 'each check costs the engine' },
      Timeout: granted('natural', 'a duration'),
      StartPeriod: granted('natural', 'a duration'),
      StartInterval: { check: objectToInterval, why: 'each check costs the engine' },
      Retries: granted('natural', 'a count'),
    },
  },
}

function objectToUser(value: Json | undefined, { caller }: Facts): string | undefined {
  if (caller.kind !== 'user') return 'only a user has a uid here'
  const own = userField(caller.account)
  return value === own ? undefined : `must be ${own}, your own uid and gid in numbers: add -u ${own}`
}

function objectToSecurityOpt(value: Json | undefined): string | undefined {
  const forms: readonly unknown[] = [noNewPrivileges, `${noNewPrivileges}=true`, `${noNewPrivileges}:true`]
  if (isList(value) && value.length === 1 && forms.includes(value[0])) return undefined
  return `must be ${noNewPrivileges} and nothing else: add --security-opt ${noNewPrivileges}`
}

function objectToUserns(value: Json | undefined, { remapped }: Facts): string | undefined {
  if (value === 'host') return undefined
  if (value !== undefined && value !== '') return 'must be host or empty'
  return remapped === false ? undefined : 'this engine remaps ids: add --userns=host'
}

function objectToGroups(value: Json | undefined, { caller }: Facts): string | undefined {
  if (value === null || caller.kind !== 'user') return undefined
  const own = new Set([...groupAddField(caller.account), String(caller.account.gid)])
  const foreign = isList(value) ? value.find((gid) => typeof gid !== 'string' || !own.has(gid)) : value
  return foreign === undefined
    ? undefined
    : `${printed(foreign)} is not the number of a group of yours: "id -G" lists them`
}

/** Nanoseconds; 0 is the engine's default. */
function objectToInterval(value: Json | undefined): string | undefined {
  return value === 0 || (typeof value === 'number' && value >= 1_000_000_000) ? undefined : 'must be a second or more'
}

const logOptions: Readonly<Record<string, RegExp>> = {
  'max-size': /^(?:(?:[1-9][0-9]{2,3})[kK]|[1-9][0-9]{0,3}[mM]|[1-9][gG])$/,
  'max-file': /^[1-9][0-9]?$/,
  compress: /^(?:true|false)$/,
}

/** Sizes alone: a buffer (mode, max-buffer-size) would be the engine's own memory. */
function objectToLogOptions(value: Json | undefined): string | undefined {
  if (value === null || !isObject(value)) return value === null ? undefined : 'must be an object'
  const bad = [...value].find(([key, option]) => typeof option !== 'string' || logOptions[key]?.test(option) !== true)
  return bad === undefined ? undefined : 'only max-size (100k to 9g), max-file (up to 99) and compress are granted'
}

const printed = (value: Json): string => (typeof value === 'string' ? JSON.stringify(value.slice(0, 64)) : 'this')

/** Each is looked at as the user: that costs, and nobody has more. */
export const mostMounts = 64

/** What the fields say together: binds among one another, and the working directory inside one of them. */
export function objectToCreation({ body }: Request, facts: Facts): string | undefined {
  const value = body.kind === 'json' ? body.value : undefined
  const workingDir = isObject(value) ? value.get('WorkingDir') : undefined
  const around = findBinds(value).find(
    ({ target }) => typeof workingDir === 'string' && (workingDir === target || isBelow(workingDir, target)),
  )
  if (around !== undefined)
    return `WorkingDir: the engine would make a missing folder below ${around.target} as root (M11): use dockerrun, which enters it as you`
  if (findBinds(value).length > mostMounts) return `HostConfig.Mounts: more than ${mostMounts} are not looked at`
  return objectToBinds(value, facts)
}
