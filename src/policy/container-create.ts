/** POST /containers/create: a container may do what its user may, and no more (DESIGN 4; THREATS 6.2, 6.3). */
import { anyWords, objectToWorkingDir, textOrEmpty, twoNumbers, upTo, words } from './checks.ts'
import { devices, gpus } from './devices.ts'
import { empty, type FieldRule, type FieldRules } from './fields.ts'
import { ownGroups, ownSecurity, ownUser, ownUserns, remappedSecurity } from './identity.ts'
import { labels } from './labels.ts'
import { cgroupParent } from './job-parent.ts'
import { ipcMode, pidMode, utsMode, volumesFrom } from './joins.ts'
import { logConfig, resources, restartPolicy, shmSize, storage } from './limits.ts'
import { binds, mountFields, tmpfs, volumes } from './mounts.ts'
import { endpointsConfig, networkMode } from './networks.ts'
import { portBindings, publishAll } from './ports.ts'

const granted = (any: Extract<FieldRule, { any: unknown }>['any'], why: string): FieldRule => ({ any, why })
const none = (why: string): FieldRule => ({ only: [empty, '', 0, false], why })
const meaningless = (only: Extract<FieldRule, { only: unknown }>['only']): FieldRule => ({
  only,
  why: 'has no meaning on Linux',
})

const hostConfig: FieldRules = {
  SecurityOpt: ownSecurity,
  UsernsMode: ownUserns,
  GroupAdd: ownGroups,
  Mounts: { each: mountFields, why: 'checked as the user' },
  Binds: { check: binds, why: 'checked as the user' },
  Tmpfs: { check: tmpfs, why: 'memory of the container' },
  VolumesFrom: { check: volumesFrom, why: 'of own containers' },
  VolumeDriver: { only: ['', 'local'], why: 'volume plugins run as root' },
  NetworkMode: { check: networkMode, why: 'networks of the site, or own ones' },
  PortBindings: portBindings,
  PublishAllPorts: { check: publishAll, why: 'the engine takes high ports' },
  PidMode: { check: pidMode, why: "the host's or an own container's" },
  IpcMode: { check: ipcMode, why: "the host's or an own container's" },
  UTSMode: { check: utsMode, why: "the host's" },
  LogConfig: logConfig,
  RestartPolicy: restartPolicy,
  Devices: devices,
  DeviceRequests: gpus,
  ...resources,
  ShmSize: shmSize,
  StorageOpt: storage,

  Privileged: { only: [false], why: 'a privileged container is root on the host' },
  CapAdd: none('no capability is granted to a user'),
  CapDrop: { check: words, why: 'less is always granted' },
  DeviceCgroupRules: none('no device is granted in this way (M14)'),
  CgroupnsMode: { only: ['', 'private'], why: 'use private' },
  Cgroup: { only: [''], why: "another container's cgroup is not granted" },
  CgroupParent: { required: true, check: cgroupParent, why: 'policy wants it inside a Slurm job' },
  Runtime: { only: [''], why: 'the runtime is chosen by the site (M63)' },
  Annotations: none('annotations steer the runtime, which is root'),
  Sysctls: none('no sysctl is granted (B06)'),
  MaskedPaths: { only: [null], why: "the engine's masked paths stay" },
  ReadonlyPaths: { only: [null], why: "the engine's read-only paths stay" },
  Links: none("a link copies the other container's environment (B03)"),
  BlkioWeightDevice: none('the engine would look the device path up as root (M56)'),
  BlkioDeviceReadBps: none('the engine would look the device path up as root (M56)'),
  BlkioDeviceWriteBps: none('the engine would look the device path up as root (M56)'),
  BlkioDeviceReadIOps: none('the engine would look the device path up as root (M56)'),
  BlkioDeviceWriteIOps: none('the engine would look the device path up as root (M56)'),

  AutoRemove: granted('boolean', 'removes the container its own user made'),
  ContainerIDFile: granted('string', 'is for the client; the engine does not read it'),
  ConsoleSize: { check: twoNumbers, why: 'the terminal of the container' },
  Init: { only: [true, false, null], why: 'an init runs as the user like any other program' },
  ReadonlyRootfs: granted('boolean', 'less is always granted'),
  Dns: granted('strings', "the container's own resolv.conf"),
  DnsOptions: granted('strings', "the container's own resolv.conf"),
  DnsSearch: granted('strings', "the container's own resolv.conf"),
  ExtraHosts: granted('strings', "the container's own hosts file"),
  Isolation: meaningless(['', 'default']),
  CpuCount: meaningless([0]),
  CpuPercent: meaningless([0]),
  IOMaximumIOps: meaningless([0]),
  IOMaximumBandwidth: meaningless([0]),
}

/** A check costs the engine; 0 is its default. Nanoseconds. */
const interval: FieldRule = {
  check: (value) =>
    value === 0 || (typeof value === 'number' && value >= 1_000_000_000) ? undefined : 'must be a second or more',
  why: 'each check costs the engine',
}

/** Own ids: those of the host, and the user's. */
export const ownContainer: FieldRules = {
  User: ownUser,
  HostConfig: { required: true, fields: hostConfig, why: 'add --security-opt no-new-privileges' },
  NetworkingConfig: { fields: { EndpointsConfig: endpointsConfig }, why: 'must be an object' },
  WorkingDir: { check: objectToWorkingDir, why: 'the engine makes a missing one as root (M11)' },
  Volumes: { check: volumes, why: 'anonymous volumes' },
  Labels: labels,
  MacAddress: { only: [''], why: "a chosen address could be another container's (B07)" },
  Image: granted('string', 'checked with what policy says of images'),
  Cmd: { check: words, why: 'runs as the user' },
  Entrypoint: { check: words, why: 'runs as the user' },
  Shell: granted('strings', 'runs as the user'),
  Env: granted('strings', 'read by what runs as the user'),
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
  OnBuild: { only: [empty], why: 'belongs to builds' },
  StopSignal: granted('string', 'signals of an own container'),
  StopTimeout: { check: upTo(120), why: 'the engine waits for it, also when it goes down itself' },
  Healthcheck: {
    why: 'must be an object',
    fields: {
      Test: granted('strings', 'runs as the user'),
      Interval: interval,
      Timeout: granted('natural', 'a duration'),
      StartPeriod: granted('natural', 'a duration'),
      StartInterval: interval,
      Retries: granted('natural', 'a count'),
    },
  },
}

/** Remapped ids: root inside is nobody outside, so users and groups are free. The host's namespaces are not. */
export const remappedContainer: FieldRules = {
  ...ownContainer,
  User: { check: textOrEmpty, why: 'every id inside is a subordinate one outside' },
  HostConfig: {
    required: true,
    why: 'must be an object',
    fields: {
      ...hostConfig,
      SecurityOpt: remappedSecurity,
      UsernsMode: { only: [''], why: 'must be host or empty (R01)' },
      GroupAdd: { check: anyWords, why: 'every id inside is a subordinate one outside' },
    },
  },
}
