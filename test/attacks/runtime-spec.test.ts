/** What reaches the runtime of a container that is not as its user may have it, whatever gate 1 let pass (DESIGN 4). */
import { describe, it } from 'vitest'
import { parseJson, writeJson, type Json } from '../../src/contract/json.ts'
import { fieldAt, isObject, listAt, textAt } from '../../src/policy/fields.ts'
import { defaultGrants } from '../../src/policy/grants.ts'
import { planCreate, planExec } from '../../src/policy/runtime-plan.ts'
import { objectToStatus } from '../../src/policy/runtime-status.ts'
import { ids } from '../support/requests.ts'
import { herSpec, json, kin, mapped, reference, runtimeFacts } from '../fixtures/runtime-specs.ts'
import {
  change,
  process,
  linux,
  mounted,
  bound,
  spaces,
  all,
  but,
  filter,
  own,
  type Change,
  type Row,
} from './rows/runtime-spec.ts'

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

  it('the cgroup of a job, but for the one that is hers; and none, where policy wants one', ({ expect }) => {
    const at = (parent: string) => change(herSpec(), linux({ cgroupsPath: `${parent}/${ids.hers}` }))
    const [job, other] = ['/slurm/uid_2001/job_7', '/slurm/uid_2001/job_8']
    const grants = { ...defaultGrants, slurm: 'confine' as const }
    expect(objectionTo(at(job), runtimeFacts({ job }))).toBe('')
    expect(objectionTo(at(job), runtimeFacts({ job, grants }))).toBe('')
    expect(objectionTo(at(other), runtimeFacts({ job }))).toContain('not the cgroup of a running Slurm job of yours')
    expect(objectionTo(at(`${job}/x`), runtimeFacts({ job }))).toContain('M21')
    expect(objectionTo(change(herSpec(), linux({ cgroupsPath: job })), runtimeFacts({ job }))).not.toBe('')
    expect(objectionTo(herSpec(), runtimeFacts({ job, grants }))).toContain(
      'policy wants containers inside a Slurm job',
    )
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

describe('where policy limits them,', () => {
  const limits = { ...defaultGrants.limits, memory: 1000, cpus: 1.5, shm: 64 }
  const limited = runtimeFacts({ grants: { ...defaultGrants, limits } })
  const memory = (options: readonly string[], destination = '/x') => ({
    destination,
    type: 'tmpfs',
    source: 'tmpfs',
    options,
  })
  const within = (by: Change = {}) =>
    change(
      change(herSpec(), linux({ resources: { memory: { limit: 1000, swap: 2000 }, cpu: { quota: 150_000 } } })),
      by,
    )

  it('what is within is let through', ({ expect }) => {
    expect(objectionTo(within(), limited)).toBe('')
    expect(objectionTo(within(mounted(memory(['size=64']))(herSpec())), limited)).toBe('')
  })

  it.for<readonly [string, Row['by'], string]>([
    ['no memory limit', linux({ resources: { memory: { limit: undefined } } }), 'memory'],
    ['memory without end', linux({ resources: { memory: { limit: -1 } } }), 'memory'],
    ['more memory', linux({ resources: { memory: { limit: 1001 } } }), 'memory'],
    ['more swap', linux({ resources: { memory: { swap: 2001 } } }), 'swap'],
    ['no CPU limit', linux({ resources: { cpu: { quota: undefined } } }), 'cpus'],
    ['CPUs without end', linux({ resources: { cpu: { quota: -1 } } }), 'cpus'],
    ['more CPUs by the period', linux({ resources: { cpu: { period: 50_000 } } }), 'cpus'],
    ['a tmpfs without a size', mounted(memory([])), 'size'],
    ['a tmpfs of size 0, which is none', mounted(memory(['size=0'])), 'size'],
    ['a larger tmpfs', mounted(memory(['size=1k'])), 'size'],
    ['a tmpfs whose last size is larger', mounted(memory(['size=1', 'size=65'])), 'size'],
  ])('%s is refused', ([, by, why], { expect }) => {
    expect(objectionTo(within(typeof by === 'function' ? by(herSpec()) : by), limited)).toContain(why)
  })

  it('larger shared memory is refused', ({ expect }) => {
    const facts = (shm: number) => {
      const mounts = [...reference.mounts, memory(['size=100'], '/dev/shm')]
      return {
        ...limited,
        reference: json({ ...reference, mounts }),
        grants: { ...defaultGrants, limits: { ...limits, shm } },
      }
    }
    const spec = within(mounted(memory(['size=65'], '/dev/shm'))(herSpec()))
    expect(objectionTo(spec, facts(65))).toBe('')
    expect(objectionTo(spec, facts(64))).toContain('/dev/shm')
  })
})

describe("a filter that denies what it names is the engine's own, to the last rule:", () => {
  const list = { syscalls: [{ names: ['mount', 'bpf'], action: 'SCMP_ACT_ERRNO' }], defaultAction: 'SCMP_ACT_ALLOW' }
  const facts = runtimeFacts({ reference: json(change(reference, filter(list))) })

  it('another is refused', ({ expect }) => {
    expect(objectionTo(change(herSpec(), filter(list)), facts)).toBe('')
    const fewer = { ...list, syscalls: [{ names: ['mount'], action: 'SCMP_ACT_ERRNO' }] }
    expect(objectionTo(change(herSpec(), filter(fewer)), facts)).toContain('seccomp')
  })
})

describe("an SELinux label has the engine's type, and two categories of its own:", () => {
  const label = (level: string) => process({ selinuxLabel: `system_u:system_r:container_t:${level}` })
  const facts = runtimeFacts({ reference: json(change(reference, label('s0:c1,c2'))) })

  it.for([
    ['s0:c70,c1023', ''],
    ['s0', 'selinuxLabel'],
    ['s0:c0.c1023', 'selinuxLabel'],
    ['s0-s0:c0.c1023', 'selinuxLabel'],
    ['s15:c1,c2', 'selinuxLabel'],
  ] as const)('%s', ([level, why], { expect }) => {
    const said = objectionTo(change(herSpec(), label(level)), facts)
    expect(why === '' ? said === '' : said.includes(why), said).toBe(true)
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
