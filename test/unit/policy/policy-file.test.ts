import { describe, it } from 'vitest'
import { emptyPolicy, type Section } from '../../../src/policy/grants.ts'
import { parsePolicy } from '../../../src/policy/policy-file.ts'

const digest = 'a'.repeat(64)
const parse = (text: string) => {
  const policy = parsePolicy(text)
  if ('why' in policy) throw new Error(policy.why)
  return policy
}

describe('an empty policy is a good policy', () => {
  it.for(['', '\n', '# nothing yet\n', '---\n', '{}', '\ufeff# with a mark of its byte order\n'])(
    '%j',
    (text, { expect }) => {
      expect(parsePolicy(text)).toEqual(emptyPolicy)
    },
  )

  it('and so is one whose sections are all commented out', ({ expect }) => {
    const text = 'everyone:\n  # lists: own\nusers:\nprofiles:\naudit:\nadministrators:\n'
    expect(parsePolicy(text)).toEqual(emptyPolicy)
  })
})

describe('what may be said of the file as a whole', () => {
  it('is the socket, the administrators, the list of revoked certificates and the audit log', ({ expect }) => {
    const text = `
      socket: anonymous
      revoked: /srv/pki/revoked.jsonl
      administrators: {users: [ada, 'DOM\\bob', carl@dom.ain], groups: [wheel, 'domain admins']}
      audit: {size: 10m, age: 12h, keep: 3, sync: 0, syslog: true, environment: true}`
    expect(parse(text)).toEqual({
      ...emptyPolicy,
      socket: 'anonymous',
      revoked: '/srv/pki/revoked.jsonl',
      administrators: { users: ['ada', 'DOM\\bob', 'carl@dom.ain'], groups: ['wheel', 'domain admins'] },
      audit: { size: 10_485_760, age: 43_200_000, keep: 3, sync: 0, syslog: true, environment: true },
    })
  })

  it('leaves what it does not say as it is without it', ({ expect }) => {
    const policy = parse('administrators: {groups: [wheel]}\naudit: {keep: 1}\n')
    expect(policy.administrators).toEqual({ users: [], groups: ['wheel'] })
    expect(policy.audit).toEqual({ ...emptyPolicy.audit, keep: 1 })
  })

  it('has sections by user and group in the order of the file, spaces and words of other schemas included', ({
    expect,
  }) => {
    const text = 'groups: {zoo: {}, domain users: {lists: own}, no: {}}\nusers: {null: {lists: all}, true: {}}\n'
    const { groups, users } = parse(text)
    expect(groups.map(({ name }) => name)).toEqual(['zoo', 'domain users', 'no'])
    expect(groups[1]?.section).toEqual({ lists: 'own' })
    expect(users).toEqual([
      { name: 'null', section: { lists: 'all' } },
      { name: 'true', section: {} },
    ])
  })
})

describe('a section says', () => {
  it.for<{ name: string; line: string; section: Section }>([
    {
      name: 'operations to deny',
      line: 'deny: [ContainerExec, ImageCreate]',
      section: { deny: ['ContainerExec', 'ImageCreate'] },
    },
    { name: 'which lists', line: 'lists: own', section: { lists: 'own' } },
    {
      name: 'registries',
      line: 'registries: [docker.io, registry.example.org:5000]',
      section: { registries: ['docker.io', 'registry.example.org:5000'] },
    },
    {
      name: 'images',
      line: `images: ['docker.io/library/*', '**', 'registry.example.org/{login}/**/x:1.*', '**@sha256:${digest}']`,
      section: {
        images: ['docker.io/library/*', '**', 'registry.example.org/{login}/**/x:1.*', `**@sha256:${digest}`],
      },
    },
    { name: 'that no image at all is granted', line: 'images: []', section: { images: [] } },
    { name: 'that any image is granted after all', line: 'images: any', section: { images: undefined } },
    { name: 'that any registry is granted after all', line: 'registries: any', section: { registries: undefined } },
    { name: 'that binds start anywhere after all', line: 'binds: any', section: { binds: undefined } },
    { name: 'that all else may be run after all', line: 'profiles: any', section: { profiles: undefined } },
    {
      name: 'repositories',
      line: "repositories: ['reg.example.org/{login}/*', localhost/shared/**]",
      section: { repositories: ['reg.example.org/{login}/*', 'localhost/shared/**'] },
    },
    { name: 'folders', line: 'binds: [/, /home, "/srv/a b"]', section: { binds: ['/', '/home', '/srv/a b'] } },
    { name: 'remapped binds', line: 'remapped-binds: writable', section: { remappedBinds: 'writable' } },
    {
      name: 'networks',
      line: 'networks: [bridge, none, host, own, site_net.1]',
      section: { networks: ['bridge', 'none', 'host', 'own', 'site_net.1'] },
    },
    {
      name: 'namespaces',
      line: 'namespaces: [network, ipc, pid, uts]',
      section: { namespaces: ['network', 'ipc', 'pid', 'uts'] },
    },
    { name: 'a range of ports', line: 'ports: 8000-8999', section: { ports: { first: 8000, last: 8999 } } },
    { name: 'one port', line: 'ports: 8080', section: { ports: { first: 8080, last: 8080 } } },
    { name: 'no ports', line: 'ports: none', section: { ports: undefined } },
    {
      name: 'devices',
      line: 'devices: [/dev/fuse, /dev/infiniband/*]',
      section: { devices: ['/dev/fuse', '/dev/infiniband/*'] },
    },
    { name: 'GPUs', line: 'gpus: true', section: { gpus: true } },
    { name: 'jobs', line: 'slurm: confine', section: { slurm: 'confine' } },
    {
      name: 'limits',
      line: 'limits: {memory: 8g, cpus: 1.5, processes: 100, shm: 64mb, log: 1.5GiB, layer: 10240, containers: 0, networks: 0, volumes: 7, ulimits: {memlock: unlimited, nofile: 65536}}',
      section: {
        limits: {
          memory: 8 * 1024 ** 3,
          cpus: 1.5,
          processes: 100,
          shm: 64 * 1024 ** 2,
          log: 1.5 * 1024 ** 3,
          layer: 10_240,
          containers: 0,
          networks: 0,
          volumes: 7,
          ulimits: { memlock: -1, nofile: 65_536 },
        },
      },
    },
    {
      name: 'that there is no limit after all',
      line: 'limits: {memory: unlimited, cpus: unlimited, shm: unlimited, log: unlimited, layer: unlimited, containers: unlimited}',
      section: {
        limits: {
          memory: undefined,
          cpus: undefined,
          shm: undefined,
          log: undefined,
          layer: undefined,
          containers: undefined,
        },
      },
    },
  ])('$name', ({ line, section }, { expect }) => {
    expect(parse(`everyone:\n  ${line}\n`).everyone).toStrictEqual(section)
    expect(parse(`users:\n  alice:\n    ${line}\n`).users).toStrictEqual([{ name: 'alice', section }])
  })
})

describe('a profile', () => {
  it('is an image with what is fixed about it, as it was written', ({ expect }) => {
    const text = `
everyone: {profiles: [report]}
profiles:
  report:
    image: registry.example.org/site/report:2
    command: [report, --level, 3, no, "1.0"]
    entrypoint: [/bin/sh]
    workdir: /data
    network: site
    environment: [A=b, EMPTY=]
    mounts: [/srv/data:/data:ro, /srv/out:/out]
`
    expect(parse(text).everyone.profiles).toEqual([
      {
        image: 'registry.example.org/site/report:2',
        command: ['report', '--level', '3', 'no', '1.0'],
        entrypoint: ['/bin/sh'],
        workdir: '/data',
        network: 'site',
        environment: ['A=b', 'EMPTY='],
        mounts: [
          { source: '/srv/data', target: '/data', readOnly: true },
          { source: '/srv/out', target: '/out', readOnly: false },
        ],
      },
    ])
  })

  it('has no network and no mounts unless it says so, and the command of its image', ({ expect }) => {
    const text = 'profiles: {p: {image: docker.io/library/busybox}}\ngroups: {g: {profiles: [p]}}\n'
    expect(parse(text).groups[0]?.section.profiles).toEqual([
      {
        image: 'docker.io/library/busybox',
        command: undefined,
        entrypoint: undefined,
        workdir: '/',
        network: 'none',
        environment: [],
        mounts: [],
      },
    ])
  })
})
