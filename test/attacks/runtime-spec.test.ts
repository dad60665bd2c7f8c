/** What reaches the runtime of a container that is not as its user may have it, whatever gate 1 let pass (DESIGN 4). */
import { describe, it } from 'vitest'
import { parseJson, writeJson, type Json } from '../../src/contract/json.ts'
import { fieldAt, isObject, listAt, textAt } from '../../src/policy/fields.ts'
import { planCreate, planExec } from '../../src/policy/runtime-plan.ts'
import { objectToStatus } from '../../src/policy/runtime-status.ts'
import { herSpec, json, kin, mapped, mappings, runtimeFacts } from '../fixtures/runtime-specs.ts'
import { ids } from '../support/requests.ts'

type Spec = ReturnType<typeof herSpec>
/** A change of a spec: what it says goes over what is there, at any depth; undefined takes out. */
type Change = { readonly [key: string]: unknown }

const change = (spec: object, by: Change): object => {
  const made: Record<string, unknown> = { ...spec }
  for (const [key, value] of Object.entries(by)) {
    const old = made[key]
    const isDeeper = typeof value === 'object' && value !== null && !Array.isArray(value) && typeof old === 'object'
    if (value === undefined) delete made[key]
    else made[key] = isDeeper && old !== null ? change(old, value as Change) : value
  }
  return made
}
const process = (by: Change): Change => ({ process: by })
const linux = (by: Change): Change => ({ linux: by })
const mounted = (mount: object) => (spec: Spec) => ({ mounts: [...spec.mounts, mount] })
const bound = (by: Change = {}) =>
  mounted({ destination: '/x', type: 'bind', source: '/home/alice', options: ['rbind', 'rprivate'], ...by })
const spaces = (...list: readonly object[]) => linux({ namespaces: list })
const all = ['mount', 'network', 'uts', 'pid', 'ipc'].map((type) => ({ type }))
const but = (type: string) => all.filter((each) => each.type !== type)
const filter = (by: Change) => linux({ seccomp: by })

type Row = { readonly name: string; readonly by: Change | ((spec: Spec) => Change) }

const own: readonly Row[] = [
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
  { name: 'M39: a listener', by: filter({ listenerPath: '/run/docker.sock' }) },
  { name: 'another architecture', by: filter({ architectures: ['SCMP_ARCH_AARCH64'] }) },
  { name: 'no architecture', by: filter({ architectures: undefined }) },
  { name: 'B06: a sysctl', by: linux({ sysctl: { 'net.ipv4.ip_forward': '1' } }) },
  {
    name: 'B06: a sysctl of the engine, with another value',
    by: linux({ sysctl: { 'net.ipv4.ip_unprivileged_port_start': '1' } }),
  },
  { name: 'M21: another cgroup', by: linux({ cgroupsPath: `/elsewhere/${ids.hers}` }) },
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

const objectionTo = (spec: object, facts = runtimeFacts()): string => {
  const plan = planCreate(json(spec), facts)
  return 'why' in plan ? plan.why : ''
}

describe('a container with own ids is refused with', () => {
  it.for(own)('$name', ({ by }, { expect }) => {
    const spec = herSpec()
    expect(objectionTo(spec)).toBe('')
    expect(objectionTo(change(spec, typeof by === 'function' ? by(spec) : by))).not.toBe('')
  })

  it('a field that nobody knows, wherever it is', ({ expect }) => {
    const places: string[] = []
    const walk = (value: unknown, path: readonly string[], isOpen: boolean): void => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return
      if (!isOpen) places.push(path.join('.'))
      for (const [key, each] of Object.entries(value)) walk(each, [...path, key], key === 'sysctl')
    }
    walk(herSpec(), [], false)
    for (const place of places) {
      const by = place
        .split('.')
        .filter(Boolean)
        .reduceRight<Change>((inner, key) => ({ [key]: inner }), { unknown: true })
      expect(objectionTo(change(herSpec(), by)), place).not.toBe('')
    }
    expect(places.length).toBeGreaterThan(8)
  })

  it("the host's namespaces where policy does not grant them", ({ expect }) => {
    const grants = { ...runtimeFacts().grants, namespaces: [] }
    for (const type of ['network', 'pid', 'ipc', 'uts'])
      expect(objectionTo(change(herSpec(), spaces(...but(type))), runtimeFacts({ grants }))).toContain(type)
    const host = spaces(...but('network'), { type: 'network', path: '/var/run/docker/netns/default' })
    expect(objectionTo(change(herSpec(), host), runtimeFacts({ grants }))).toContain('network')
  })
})

describe('a container with remapped ids is refused with', () => {
  it.for<Row>([
    { name: 'R01: no user namespace', by: spaces(...all) },
    { name: 'R01: other ids', by: linux({ uidMappings: [{ containerID: 0, hostID: 0, size: 65_536 }] }) },
    { name: 'no mapping of groups', by: linux({ gidMappings: undefined }) },
    { name: "R06: the host's pids", by: spaces(...but('pid'), { type: 'user' }) },
    { name: 'a writable bind', by: bound() },
    { name: 'a capability more than by default', by: process({ capabilities: { bounding: ['CAP_SYS_ADMIN'] } }) },
  ])('$name', ({ by }, { expect }) => {
    const spec = mapped(herSpec())
    const facts = runtimeFacts({ ids: 'remapped', reference: json(mapped(herSpec())) })
    expect(objectionTo(spec, facts)).toBe('')
    expect(objectionTo(change(spec, typeof by === 'function' ? by(herSpec()) : by), facts)).not.toBe('')
  })
})

describe('a process that enters a container is refused', () => {
  it.for<Row>(own.filter(({ by }) => typeof by !== 'function' && 'process' in by))('$name', ({ by }, { expect }) => {
    const entering = (spec: object) => planExec(fieldAt(json(spec), 'process') ?? null, runtimeFacts(), true)
    expect(entering(herSpec())).not.toHaveProperty('why')
    expect(entering(change(herSpec(), by as Change))).toHaveProperty('why')
  })
})

describe('what is let through', () => {
  const built = (
    spec: object,
    facts = runtimeFacts(),
    places: readonly string[] = ['/places/d0', '/places/f1'],
  ): Json => {
    const plan = planCreate(json(spec), facts)
    if ('why' in plan) throw new Error(plan.why)
    return plan.build(places)
  }

  it('has no capability in any set, and as many processes as policy grants', ({ expect }) => {
    const made = built(herSpec(), runtimeFacts(), [])
    const sets = fieldAt(made, 'process', 'capabilities')
    expect(isObject(sets) ? [...sets.values()] : []).toEqual([[], [], [], [], []])
    expect(fieldAt(made, 'linux', 'resources', 'pids', 'limit')).toBe(4096)
  })

  it('binds empty places where the user has something, and no path of the user’s is left in it', ({ expect }) => {
    const spec = herSpec()
    const made = built(change(spec, bound()(spec)))
    const [bind, group] = listAt(made, 'mounts').slice(-2)
    expect([textAt(bind, 'source'), textAt(bind, 'destination')]).toEqual(['/places/d0', '/x'])
    expect([textAt(group, 'source'), textAt(group, 'destination')]).toEqual(['/places/f1', '/etc/group'])
    expect(writeJson(made)).not.toContain('/home/alice')
  })

  it('has volumes, memory and the engine’s files without devices and set-id', ({ expect }) => {
    const spec = herSpec()
    const more = [
      { destination: '/v', type: 'bind', source: '/var/lib/docker/volumes/herdata/_data', options: ['rbind'] },
      { destination: '/t', type: 'tmpfs', source: 'tmpfs', options: ['noexec', 'size=8m'] },
    ]
    const made = built(change(spec, { mounts: [...spec.mounts, ...more] }), runtimeFacts(), [])
    for (const target of ['/v', '/t', '/etc/hosts']) {
      const mount = listAt(made, 'mounts').find((each) => textAt(each, 'destination') === target)
      expect(listAt(mount ?? null, 'options'), target).toEqual(expect.arrayContaining(['nosuid', 'nodev']))
    }
  })

  it('joins own containers, and takes limits that have no end', ({ expect }) => {
    expect(objectionTo(change(herSpec(), spaces(...but('pid'), { type: 'pid', path: '/proc/11/ns/pid' })))).toBe('')
    const shm = {
      destination: '/dev/shm',
      type: 'bind',
      source: `/var/lib/docker/containers/${kin}/mounts/shm`,
      options: ['rbind'],
    }
    expect(objectionTo(change(herSpec(), mounted(shm)(herSpec())))).toBe('')
    const text = JSON.stringify(change(herSpec(), process({ rlimits: [{ type: 'RLIMIT_CORE', hard: 1, soft: 1 }] })))
    const read = parseJson(Buffer.from(text.replace('"hard":1', '"hard":18446744073709551615')), { unlimited: true })
    const plan = planCreate('value' in read ? read.value : null, runtimeFacts())
    expect('build' in plan ? writeJson(plan.build([])) : plan.why).toContain('18446744073709551615')
  })

  it('has no groups where its group file could be replaced, on a runc that would look them up there (M04c)', ({
    expect,
  }) => {
    const groups = (holds: boolean) => {
      const plan = planExec(fieldAt(json(herSpec()), 'process') ?? null, runtimeFacts(), holds)
      return 'process' in plan ? listAt(plan.process, 'user', 'additionalGids') : plan.why
    }
    expect(groups(true)).toEqual([2001, 3000])
    expect(groups(false)).toEqual([])
  })
})

describe('what the kernel says of the first process', () => {
  const status = (by: Readonly<Record<string, string>> = {}) =>
    Object.entries({
      Uid: '2001\t2001\t2001\t2001',
      Gid: '2001\t2001\t2001\t2001',
      Groups: '2001 3000 ',
      CapInh: '0000000000000000',
      CapPrm: '0000000000000000',
      CapEff: '0000000000000000',
      CapBnd: '0000000000000000',
      CapAmb: '0000000000000000',
      NoNewPrivs: '1',
      ...by,
    })
      .map(([key, value]) => `${key}:\t${value}\n`)
      .join('')

  it.for<{ name: string; by: Readonly<Record<string, string>> }>([
    { name: 'M04b: a group of the image’s', by: { Groups: '2001 42 ' } },
    { name: 'another uid', by: { Uid: '2001\t0\t2001\t2001' } },
    { name: 'another gid', by: { Gid: '42\t42\t42\t42' } },
    { name: 'no uid at all', by: { Uid: '' } },
    { name: 'a capability', by: { CapPrm: '0000000000000001' } },
    { name: 'an ambient one', by: { CapAmb: '0000000000000400' } },
    { name: 'new privileges', by: { NoNewPrivs: '0' } },
  ])('ends it: $name', ({ by }, { expect }) => {
    expect(objectToStatus(status(), json(herSpec()), runtimeFacts())).toBeUndefined()
    expect(objectToStatus(status(by), json(herSpec()), runtimeFacts())).toBeDefined()
  })

  it('ends it: ids outside of the mapping', ({ expect }) => {
    const facts = runtimeFacts({ ids: 'remapped' })
    const line = (id: number) =>
      status({ Uid: `${id}\t${id}\t${id}\t${id}`, Gid: `${id}\t${id}\t${id}\t${id}`, Groups: '' })
    expect(objectToStatus(line(100_000), json(mapped(herSpec())), facts)).toBeUndefined()
    for (const id of [0, 2001, 99_999, 165_536])
      expect(objectToStatus(line(id), json(mapped(herSpec())), facts)).toBeDefined()
  })
})
