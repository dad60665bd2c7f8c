/**
 * What DESIGN 4 promises, asked of what the engine says it made and of what the kernel says it runs. Nothing here comes from
 * the gate: what a rule has wrong, this must not have wrong in the same way.
 */
import type { Flavor } from './good.ts'
import { placeOf } from './images.ts'
import type { Inspect, Process, Sight, Started, World } from './observation.ts'

type Violations = Generator<string>

const known = { uid: 2001, gid: 2001, groups: [2001, 3000] }
/** Subordinate ids of the lab's engines. */
const subordinate = { first: 1_000_000, last: 1_065_535 }
/** CAP_CHOWN to CAP_AUDIT_WRITE: what docker gives root inside by default. */
const defaultCapabilities = 0xa80425fbn

const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)

/** Invariants 3 to 7, and whose things it uses, by what the engine has written down. */
export function* findInCreated(made: Inspect, flavor: Flavor, world: World): Violations {
  const { Config, HostConfig } = made
  yield* findIdentity(made, flavor)
  if (HostConfig.Privileged) yield 'it is privileged'
  if (!['', 'local'].includes(HostConfig.VolumeDriver ?? ''))
    yield `it has the volume driver ${HostConfig.VolumeDriver}`
  for (const key of [
    'CapAdd',
    'Devices',
    'DeviceCgroupRules',
    'DeviceRequests',
    'Links',
    'Sysctls',
    'Annotations',
    'StorageOpt',
  ] as const) {
    const value = HostConfig[key]
    if (Object.keys(value ?? {}).length > 0) yield `it has ${key} ${JSON.stringify(value)}`
  }
  for (const key of ['Runtime', 'CgroupParent', 'Cgroup', 'MaskedPaths', 'ReadonlyPaths'] as const)
    if (JSON.stringify(HostConfig[key] ?? '') !== JSON.stringify(world.baseline.inspect.HostConfig[key] ?? ''))
      yield `its ${key} is ${JSON.stringify(HostConfig[key])}, and not the engine's own`
  for (const key of ['PidMode', 'IpcMode', 'NetworkMode', 'UTSMode'] as const) {
    const [, reference] = /^container:(.*)$/s.exec(HostConfig[key]) ?? []
    if (reference !== undefined && !world.hers.has(reference))
      yield `it joins ${HostConfig[key]} (${key}), which is not hers`
  }
  for (const reference of HostConfig.VolumesFrom ?? [])
    if (!world.hers.has(reference.replace(/:r[ow]$/, ''))) yield `it has the volumes of ${reference}, which is not hers`
  yield* findNetworks(made, world)
  yield* findLimits(made)
  if (!['', 'json-file', 'local', 'none'].includes(HostConfig.LogConfig.Type))
    yield `it logs to ${HostConfig.LogConfig.Type}`
  for (const key of Object.keys(HostConfig.LogConfig.Config ?? {}))
    if (!['max-size', 'max-file', 'compress'].includes(key)) yield `its log has the option ${key}`
  const restart = HostConfig.RestartPolicy.Name
  if (restart === 'always' || restart === 'unless-stopped') yield `the engine restarts it: ${restart}`
  if (![undefined, 'alice'].includes(Config.Labels?.['dockerrun.owner'])) yield "it is labelled as another's"
}

function* findIdentity({ Config, HostConfig }: Inspect, flavor: Flavor): Violations {
  const options = HostConfig.SecurityOpt ?? []
  // moby daemon/create.go adds it by itself where the host's pids or ipc are joined.
  const byEngine = [HostConfig.PidMode, HostConfig.IpcMode].some((mode) => /^(?:host$|container:)/.test(mode))
    ? ['label=disable']
    : []
  for (const option of options.filter((each) => !byEngine.includes(each)))
    if (!/^no-new-privileges(?:[:=]true)?$/.test(option)) yield `it has the security option ${option}`
  if (flavor === 'remapped') {
    if (HostConfig.UsernsMode !== '') yield `it has the user namespace ${HostConfig.UsernsMode}`
    return
  }
  if (Config.User !== `${known.uid}:${known.gid}`) yield `it runs as ${JSON.stringify(Config.User)}`
  if (!options.some((option) => option.startsWith('no-new-privileges'))) yield 'new privileges may be had in it'
  const foreign = (HostConfig.GroupAdd ?? []).filter((group) => !known.groups.map(String).includes(group))
  if (foreign.length > 0) yield `it has the groups ${foreign.join(', ')}`
}

const lowestPort = 1024
function* findPorts(bindings: Inspect['HostConfig']['PortBindings']): Violations {
  for (const { HostPort } of Object.values(bindings ?? {}).flatMap((each) => each ?? [])) {
    const ports = HostPort === '' ? [] : HostPort.split('-').map(Number)
    if (ports.some((port) => !(port >= lowestPort))) yield `it publishes the host's port ${HostPort}`
  }
}

function* findNetworks({ Id, HostConfig, NetworkSettings, Config }: Inspect, world: World): Violations {
  yield* findPorts(HostConfig.PortBindings)
  yield* findPorts(NetworkSettings.Ports)
  for (const [name, endpoint] of Object.entries(NetworkSettings.Networks ?? {})) {
    const isHers = name === 'hernet' || name === world.hernet
    if (!isHers && !['bridge', 'default', 'none', 'host'].includes(name)) yield `it is in the network ${name}`
    if (world.foreignNetworks.has(endpoint.NetworkID))
      yield `it is in the network ${endpoint.NetworkID}, which is not hers`
    if (endpoint.IPAMConfig?.IPv4Address !== undefined && endpoint.IPAMConfig.IPv4Address !== '')
      yield 'it has chosen its address'
    if (Object.keys(endpoint.DriverOpts ?? {}).length > 0) yield 'it has options of the network driver'
    if ((endpoint.Links ?? []).length > 0) yield 'it has links in a network'
    const aliases = (endpoint.Aliases ?? []).filter((alias) => !Id.startsWith(alias))
    if (!isHers && aliases.length > 0) yield `it is ${aliases.join(', ')} to others in ${name}`
  }
  if (Config.MacAddress !== undefined && Config.MacAddress !== '' && NetworkSettings.MacAddress !== Config.MacAddress)
    yield `it has chosen its hardware address ${Config.MacAddress}`
}

/** What nobody may have more of than others. */
const hardLimits: Readonly<Record<string, number>> = {
  nofile: 1_048_576,
  nproc: 4096,
  core: Infinity,
  cpu: Infinity,
  data: Infinity,
  fsize: Infinity,
  stack: Infinity,
}

function* findLimits({ Config, HostConfig }: Inspect): Violations {
  if (HostConfig.CpuShares > 1024) yield 'it outranks others for CPUs'
  if (HostConfig.BlkioWeight > 500) yield 'it outranks others for disks'
  if (HostConfig.OomScoreAdj < 0 || HostConfig.OomKillDisable === true)
    yield 'it is protected from the out-of-memory killer'
  if ((HostConfig.PidsLimit ?? 0) > 4096 || (HostConfig.PidsLimit ?? 0) < 0)
    yield `it may have ${HostConfig.PidsLimit} processes`
  if ((HostConfig.CpuRealtimeRuntime ?? 0) !== 0 || (HostConfig.CpuRealtimePeriod ?? 0) !== 0)
    yield 'it has real-time scheduling'
  for (const { Name, Hard } of HostConfig.Ulimits ?? [])
    if (!((Hard < 0 ? Infinity : Hard) <= (hardLimits[Name] ?? -1))) yield `its ulimit ${Name} is ${Hard}`
  if ((Config.StopTimeout ?? 0) > 120) yield 'the engine waits for it longer than two minutes'
  const interval = Config.Healthcheck?.Interval ?? 0
  if (interval !== 0 && interval < 1_000_000_000) yield 'its health is checked all the time'
}

/** Where the engine and the kernel speak. */
const closed = [
  '/proc',
  '/sys',
  '/dev',
  '/run/docker',
  '/run/containerd',
  '/run/dockerrun',
  '/var/lib/docker',
  '/var/lib/containerd',
]

/** Invariant 5, and what gate 1 holds for gate 2: what the engine would make and do, with nobody to look at it. */
export function* findInAsked({ Mounts, HostConfig, Config }: Inspect): Violations {
  for (const { Type, Source, Destination, RW } of Mounts) {
    if (['/', '/etc', '/usr', '/sbin'].includes(Destination)) yield `it has something mounted on ${Destination}`
    if (['/etc/passwd', '/etc/group'].includes(Destination) && RW) yield `it may change its ${Destination}`
    if (Type !== 'bind') continue
    if (isWithin(Config.WorkingDir || '/', Destination))
      yield `it works in ${Config.WorkingDir}, a folder the engine would make in ${Source}`
    const within = Mounts.find((other) => other.Destination !== Destination && isWithin(other.Destination, Destination))
    if (within !== undefined) yield `the engine would make ${within.Destination} in ${Source}`
    if (HostConfig.RestartPolicy.Name === 'on-failure') yield 'the engine restarts it with binds that nobody looks at'
  }
}

/** Invariant 4, asked when it is made and again when it runs. `sights` is what alice sees of each source from a shell. */
export function* findInMounts(
  { Mounts, HostConfig }: Inspect,
  flavor: Flavor,
  sights: ReadonlyMap<string, Sight>,
  world: World,
): Violations {
  for (const { Type, Source, Destination, Name, Driver, RW, Propagation } of Mounts) {
    if (['/proc', '/sys', '/dev'].some((at) => isWithin(Destination, at)))
      yield `it has something mounted on ${Destination}`
    if (Type === 'volume') {
      if (world.foreignVolumes.has(Name ?? '')) yield `it has the volume ${Name}, which is not hers`
      if (Driver !== 'local') yield `it has a volume of the driver ${Driver}`
    }
    if (Type !== 'bind') continue
    const sight = sights.get(Source)
    if (sight?.ino === undefined) yield `it shows ${Source}, which she does not see from a shell`
    // With own ids the kernel asks for the same rights inside. Others' rights are what a subordinate id has.
    else if (flavor === 'remapped' && sight.reads === false && ((sight.mode ?? 0) & 0o4) !== 0)
      yield `it shows ${Source}, which she may not open and anybody else may`
    if ([...closed, world.dataRoot].some((folder) => isWithin(Source, folder) || isWithin(folder, Source)))
      yield `it shows ${Source}`
    if (/shared|slave/.test(Propagation)) yield `mounts pass between the host and it at ${Destination}`
    if (flavor === 'remapped' && RW) yield `everybody's containers may write to ${Source}`
  }
  for (const { VolumeOptions } of HostConfig.Mounts ?? [])
    if (Object.keys(VolumeOptions?.DriverConfig?.Options ?? {}).length > 0)
      yield 'it has a volume that is a mount by root'
}

/** Invariants 1 and 2, of one process as the kernel tells of it. */
export function* findInProcess(
  { uids, gids, groups, capabilities, noNewPrivileges, seccomp, userSpace }: Process,
  flavor: Flavor,
  isNoNew: boolean,
  world: World,
): Violations {
  const isRemapped = flavor === 'remapped'
  const isOf = (id: number, own: readonly number[]) =>
    isRemapped ? id >= subordinate.first && id <= subordinate.last : own.includes(id)
  if (!uids.every((uid) => isOf(uid, [known.uid]))) yield `a process has the uids ${uids.join(' ')}`
  if (!gids.every((gid) => isOf(gid, [known.gid]))) yield `a process has the gids ${gids.join(' ')}`
  if (!groups.every((gid) => isOf(gid, known.groups))) yield `a process has the groups ${groups.join(' ')}`
  for (const [name, set] of Object.entries(capabilities)) {
    const most = isRemapped || name === 'CapBnd' ? defaultCapabilities : 0n
    if ((set & ~most) !== 0n) yield `a process has the capabilities ${set.toString(16)} (${name})`
  }
  if ((!isRemapped || isNoNew) && noNewPrivileges !== 1) yield 'a process may get new privileges'
  if (seccomp !== 2) yield 'a process has no seccomp filter'
  if (isRemapped && userSpace === world.hostSpaces['user']) yield "a process is in the host's user namespace"
}

const modes = { pid: 'PidMode', net: 'NetworkMode', ipc: 'IpcMode', uts: 'UTSMode' } as const

/** Invariants 3 to 7, of what runs. */
export function* findInStarted(made: Inspect, started: Started, flavor: Flavor, world: World): Violations {
  const isNoNew = (made.HostConfig.SecurityOpt ?? []).length > 0
  for (const process of started.processes) yield* findInProcess(process, flavor, isNoNew, world)
  for (const [space, link] of Object.entries(started.spaces)) {
    if (world.foreignSpaces.has(link)) yield `it shares the ${space} namespace of a container that is not hers`
    const mode = space in modes ? made.HostConfig[modes[space as keyof typeof modes]] : ''
    const isJoined =
      mode.startsWith('container:') || (space === 'uts' && made.HostConfig.NetworkMode.startsWith('container:'))
    const mayBeHosts = mode === 'host' || isJoined || ['user', 'cgroup', 'time', 'time_for_children'].includes(space)
    if (!mayBeHosts && link === world.hostSpaces[space]) yield `it has the host's ${space} namespace`
  }
  const placed = (target: string) => started.mounts.find((mount) => mount.target === placeOf(made.Config.Image, target))
  // M13: devices and set-id files of the image are no use to anybody, and nor are those she made in what she binds.
  for (const target of ['/', ...made.Mounts.map(({ Destination }) => Destination)])
    if (world.isGuarded && placed(target)?.isPlain !== true) yield `${target} has devices and set-id programs`
  for (const { Type, Source, Destination, RW } of made.Mounts) {
    if (Type !== 'bind') continue
    const mount = placed(Destination)
    if (mount === undefined) yield `${Destination} is not mounted`
    else if (mount.peers !== '') yield `${Destination} has peers: ${mount.peers}`
    else if (!RW && !mount.isReadOnly) yield `${Destination} is not read-only`
    const [sight, inside] = [started.sights.get(Source), started.insides.get(Destination)]
    // Own ids are named by a checked copy that is root's (DESIGN 6).
    const isNamed = world.isGuarded && flavor !== 'remapped' && ['/etc/passwd', '/etc/group'].includes(Destination)
    if (isNamed && (mount?.isReadOnly !== true || inside?.uid !== 0)) yield `${Destination} is no copy of root's`
    if (!isNamed && (sight?.ino !== inside?.ino || sight?.dev !== inside?.dev))
      yield `${Destination} is not what she sees at ${Source} from a shell`
  }
  for (const { target, isReadOnly } of world.baseline.mounts.filter((mount) => isWithin(mount.target, '/proc')))
    if (!started.mounts.some((mount) => mount.target === target && mount.isReadOnly === isReadOnly))
      yield `${target} is not hidden or read-only, as it is elsewhere`
  if (started.devices !== world.baseline.devices) yield `it has devices: ${started.devices}`
  const place = `/${world.labId}/${made.Id}`
  for (const cgroup of started.cgroups) if (!cgroup.endsWith(place)) yield `it is in the cgroup ${cgroup}`
  if (started.oomScoreAdj < world.baseline.oomScoreAdj) yield `its oom_score_adj is ${started.oomScoreAdj}`
  for (const [name, limit] of Object.entries(started.limits))
    if (limit !== world.baseline.limits[name]) yield `its limit ${name} is ${limit}`
}
