/** Changes of a user's OCI spec that make it more than its user's. Each is refused. */
import { herSpec, mappings } from '../../fixtures/runtime-specs.ts'
import { ids } from '../../support/requests.ts'

export type Spec = ReturnType<typeof herSpec>
/** A change of a spec: what it says goes over what is there, at any depth; undefined takes out. */
export type Change = { readonly [key: string]: unknown }

export const change = (spec: object, by: Change): object => {
  const made: Record<string, unknown> = { ...spec }
  for (const [key, value] of Object.entries(by)) {
    const old = made[key]
    const isDeeper = typeof value === 'object' && value !== null && !Array.isArray(value) && typeof old === 'object'
    if (value === undefined) delete made[key]
    else made[key] = isDeeper && old !== null ? change(old, value as Change) : value
  }
  return made
}
export const process = (by: Change): Change => ({ process: by })
export const linux = (by: Change): Change => ({ linux: by })
export const mounted = (mount: object) => (spec: Spec) => ({ mounts: [...spec.mounts, mount] })
export const bound = (by: Change = {}) =>
  mounted({ destination: '/x', type: 'bind', source: '/home/alice', options: ['rbind', 'rprivate'], ...by })
export const spaces = (...list: readonly object[]) => linux({ namespaces: list })
export const all = ['mount', 'network', 'uts', 'pid', 'ipc'].map((type) => ({ type }))
export const but = (type: string) => all.filter((each) => each.type !== type)
export const filter = (by: Change) => linux({ seccomp: by })

export type Row = { readonly name: string; readonly by: Change | ((spec: Spec) => Change) }

export const own: readonly Row[] = [
  { name: 'M04: as root', by: process({ user: { uid: 0, gid: 0 } }) },
  { name: "M04: another's uid", by: process({ user: { uid: 2002 } }) },
  { name: 'M04: root as the group', by: process({ user: { gid: 0 } }) },
  { name: 'M03: a group that the image made one', by: process({ user: { additionalGids: [2001, 42] } }) },
  { name: 'groups that are no list', by: process({ user: { additionalGids: 2001 } }) },
  { name: 'M01: new privileges', by: process({ noNewPrivileges: false }) },
  { name: 'M01: nothing said of new privileges', by: process({ noNewPrivileges: undefined }) },
  { name: 'a capability more than by default', by: process({ capabilities: { bounding: ['CAP_SYS_ADMIN'] } }) },
  { name: 'a capability that outlives exec', by: process({ capabilities: { ambient: ['CAP_CHOWN'] } }) },
  { name: 'an inheritable capability', by: process({ capabilities: { inheritable: ['CAP_CHOWN'] } }) },
  { name: 'an AppArmor profile', by: process({ apparmorProfile: 'unconfined' }) },
  { name: 'an SELinux label', by: process({ selinuxLabel: 'unconfined_u:unconfined_r:spc_t:s0' }) },
  { name: 'M22: protected from the out-of-memory killer', by: process({ oomScoreAdj: -500 }) },
  { name: 'M22b: real-time priority', by: process({ rlimits: [{ type: 'RLIMIT_RTPRIO', hard: 99, soft: 99 }] }) },
  {
    name: 'a limit that policy does not name',
    by: process({ rlimits: [{ type: 'RLIMIT_RTPRIO', hard: 0, soft: 0 }] }),
  },
  { name: 'M22b: more files', by: process({ rlimits: [{ type: 'RLIMIT_NOFILE', hard: 2_000_000, soft: 1 }] }) },
  { name: 'M35: a working directory of the kernel', by: process({ cwd: '/proc/self/../fd/7' }) },
  { name: 'a scheduler', by: process({ scheduler: { policy: 'SCHED_FIFO' } }) },
  { name: 'no seccomp filter', by: linux({ seccomp: undefined }) },
  {
    name: 'M02: calls that only seem to work',
    by: filter({ syscalls: [{ names: ['setuid'], action: 'SCMP_ACT_ERRNO', errnoRet: 0 }] }),
  },
  { name: 'M02: a call that is barred', by: filter({ syscalls: [{ names: ['mount'], action: 'SCMP_ACT_ALLOW' }] }) },
  {
    name: 'M02: a call without its condition',
    by: filter({ syscalls: [{ names: ['personality'], action: 'SCMP_ACT_ALLOW' }] }),
  },
  { name: 'M02: all that is not named', by: filter({ defaultAction: 'SCMP_ACT_ALLOW' }) },
  {
    name: 'M02: without a rule that denies',
    by: (spec) => filter({ syscalls: spec.linux.seccomp.syscalls.slice(0, 2) }),
  },
  { name: 'M39: a listener', by: filter({ listenerPath: '/run/docker.sock' }) },
  { name: 'another architecture', by: filter({ architectures: ['SCMP_ARCH_AARCH64'] }) },
  { name: 'no architecture', by: filter({ architectures: undefined }) },
  { name: 'B06: a sysctl', by: linux({ sysctl: { 'net.ipv4.ip_forward': '1' } }) },
  {
    name: 'B06: a sysctl of the engine, with another value',
    by: linux({ sysctl: { 'net.ipv4.ip_unprivileged_port_start': '1' } }),
  },
  { name: 'M21: another cgroup', by: linux({ cgroupsPath: `/elsewhere/${ids.hers}` }) },
  {
    name: 'M21: the cgroup of a job that is not hers',
    by: linux({ cgroupsPath: `/slurm/uid_2001/job_8/${ids.hers}` }),
  },
  { name: "M21: another container's cgroup", by: linux({ cgroupsPath: `/docker/${ids.bobs}` }) },
  {
    name: 'M14: a device rule',
    by: (spec) => linux({ resources: { devices: [...spec.linux.resources.devices, { allow: true, access: 'rwm' }] } }),
  },
  { name: 'M14: a device', by: linux({ devices: [{ path: '/dev/sda', type: 'b', major: 8, minor: 0 }] }) },
  { name: 'M22: no out-of-memory killer', by: linux({ resources: { memory: { disableOOMKiller: true } } }) },
  { name: 'more of the CPUs', by: linux({ resources: { cpu: { shares: 4096 } } }) },
  { name: 'real time', by: linux({ resources: { cpu: { realtimeRuntime: 1000 } } }) },
  { name: 'more of the disks', by: linux({ resources: { blockIO: { weight: 1000 } } }) },
  {
    name: 'M56: a disk by number',
    by: linux({ resources: { blockIO: { throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1 }] } } }),
  },
  { name: 'more processes', by: linux({ resources: { pids: { limit: 100_000 } } }) },
  { name: 'any cgroup file', by: linux({ resources: { unified: { 'memory.oom.group': '0' } } }) },
  { name: 'what is hidden, shown', by: linux({ maskedPaths: ['/proc/keys'] }) },
  { name: 'what is hidden, not said', by: linux({ maskedPaths: undefined }) },
  { name: 'what is read-only, written', by: linux({ readonlyPaths: [] }) },
  { name: 'M07: a shared root file system', by: linux({ rootfsPropagation: 'rshared' }) },
  { name: 'a mount label', by: linux({ mountLabel: 'system_u:object_r:etc_t:s0' }) },
  { name: "the host's mount namespace", by: spaces(...but('mount')) },
  { name: "R01: a user namespace for one's own ids", by: spaces(...all, { type: 'user' }) },
  { name: 'a mapping', by: linux({ uidMappings: mappings }) },
  { name: 'M16: the pids of another', by: spaces(...but('pid'), { type: 'pid', path: '/proc/12/ns/pid' }) },
  { name: 'M16: the pids of who knows', by: spaces(...but('pid'), { type: 'pid', path: '/proc/13/ns/pid' }) },
  {
    name: 'M16: a network by its file',
    by: spaces(...but('network'), { type: 'network', path: '/var/run/docker/netns/0123456789ab' }),
  },
  { name: 'a mount namespace', by: spaces(...but('mount'), { type: 'mount', path: '/proc/11/ns/mnt' }) },
  { name: 'one namespace for another', by: spaces(...but('pid'), { type: 'pid', path: '/proc/11/ns/net' }) },
  { name: 'a type twice', by: spaces(...all, { type: 'pid', path: '/proc/12/ns/pid' }) },
  { name: 'a hook', by: { hooks: { prestart: [{ path: '/home/alice/hook', args: ['hook'] }] } } },
  { name: 'a hook at another time', by: (spec) => ({ hooks: { createContainer: spec.hooks.prestart } }) },
  {
    name: "a hook of the engine's for another",
    by: {
      hooks: {
        prestart: [{ path: '/proc/503/exe', args: ['libnetwork-setkey', '-exec-root=/x', ids.bobs, '63249494bb9f'] }],
      },
    },
  },
  { name: 'an annotation', by: { annotations: { 'org.criu.config': '/home/alice/criu' } } },
  { name: 'M51: the data of the engine', by: bound({ source: '/var/lib/docker/overlay2' }) },
  { name: 'M51: the host’s processes', by: bound({ source: '/proc' }) },
  { name: 'all there is', by: bound({ source: '/' }) },
  { name: 'M07: shared with the host', by: bound({ options: ['rbind', 'rshared'] }) },
  { name: 'M07: an option nobody knows', by: bound({ options: ['rbind', 'dev'] }) },
  { name: 'a source that is no plain path', by: bound({ source: '/home/alice/../bob' }) },
  { name: 'a target that is none', by: bound({ destination: '/a/../etc' }) },
  { name: 'over what the kernel says', by: bound({ destination: '/proc/1' }) },
  {
    name: 'a volume over what the kernel says',
    by: bound({ source: '/var/lib/docker/volumes/herdata/_data', destination: '/proc/sys' }),
  },
  {
    name: 'memory over a device',
    by: mounted({ destination: '/dev/null', type: 'tmpfs', source: 'tmpfs', options: [] }),
  },
  {
    name: 'more mounts than there are places for',
    by: (spec) => ({
      mounts: [
        ...spec.mounts,
        ...Array.from({ length: 128 }, (_, index) => bound({ destination: `/x${index}` })(spec).mounts.at(-1)),
      ],
    }),
  },
  { name: 'over the root', by: bound({ destination: '/' }) },
  { name: 'mapped ids of a mount', by: bound({ uidMappings: [] }) },
  { name: 'the volume of another', by: bound({ source: '/var/lib/docker/volumes/bobdata/_data' }) },
  {
    name: "the engine's files for another container",
    by: mounted({
      destination: '/etc/hosts',
      type: 'bind',
      source: `/var/lib/docker/containers/${ids.bobs}/hosts`,
      options: ['rbind'],
    }),
  },
  {
    name: "the host's shared memory with an ipc namespace",
    by: mounted({ destination: '/dev/shm', type: 'bind', source: '/dev/shm', options: ['rbind'] }),
  },
  {
    name: 'a folder of who knows whose volume',
    by: bound({ source: '/var/lib/docker/tmp/safe-mount123', destination: '/other' }),
  },
  {
    name: "the engine's own folder where a folder of a volume is due",
    by: bound({ source: '/var/lib/docker/tmp/other', destination: '/sub' }),
  },
  { name: 'a stand-in for nothing', by: bound({ source: '/run/dockerrun/stand-in' }) },
  {
    name: 'a file system of the kernel',
    by: mounted({ destination: '/x', type: 'proc', source: 'proc', options: [] }),
  },
  { name: 'memory with devices', by: mounted({ destination: '/x', type: 'tmpfs', source: 'tmpfs', options: ['dev'] }) },
  {
    name: 'a writable sysfs',
    by: mounted({ destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev'] }),
  },
]
