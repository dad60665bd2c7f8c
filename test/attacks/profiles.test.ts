/** A user with profiles runs what they say, and nothing else. */
import { describe, it } from 'vitest'
import type { Profile } from '../../src/policy/grants.ts'
import { ask, bind, createBody, grants, ids } from '../support/requests.ts'

const report: Profile = {
  image: 'registry.example.org/site/report:1',
  entrypoint: undefined,
  command: ['report', '--daily'],
  workdir: '/data',
  network: 'none',
  environment: ['MODE=daily'],
  mounts: [{ source: '/usr/share', target: '/data', readOnly: true }],
}
const shell: Profile = {
  ...report,
  image: 'busybox',
  command: undefined,
  entrypoint: ['/bin/report'],
  mounts: [],
  network: 'bridge',
}
const data = bind({ Source: '/usr/share', Target: '/data', ReadOnly: true, BindOptions: { NonRecursive: true } })
const run = (change: object = {}, host: object = {}) => ({
  ...createBody(),
  Image: report.image,
  Cmd: ['report', '--daily'],
  WorkingDir: '',
  Env: ['MODE=daily', 'TERM=xterm'],
  ...change,
  HostConfig: { ...createBody().HostConfig, NetworkMode: 'none', Mounts: [data], ...host },
})
const change = { grants: grants({ profiles: [report, shell], repositories: ['registry.example.org/{login}/*'] }) }
const create = (body: unknown) => ask('POST /containers/create', body, change)
const exec = { Cmd: ['id'] }

describe('is allowed to a user with profiles:', () => {
  it.for([
    { name: 'what the profile says', body: run() },
    {
      name: 'with a terminal, limits and labels',
      body: run({ Tty: true, OpenStdin: true, Labels: { a: 'b' } }, { Memory: 1_000_000_000 }),
    },
    {
      name: 'with their own identity inside',
      body: run({}, { Mounts: [data, bind({ Source: '/home/alice/file', Target: '/etc/passwd', ReadOnly: true })] }),
    },
    {
      name: 'another profile of theirs',
      body: run(
        { Image: 'docker.io/library/busybox:latest', Cmd: null, Entrypoint: ['/bin/report'] },
        { Mounts: [], NetworkMode: 'default' },
      ),
    },
  ])('$name', ({ body }, { expect }) => {
    expect(create(body)).toMatchObject({ verdict: 'allow' })
  })

  it.for([
    `POST /containers/${ids.hers}/stop`,
    `GET /containers/${ids.hers}/logs?stdout=1`,
    `DELETE /containers/${ids.hers}`,
    'POST /images/create?fromImage=registry.example.org/site/report&tag=1',
    'GET /containers/json',
  ])('%s', (line, { expect }) => {
    expect(ask(line, undefined, change)).toMatchObject({ verdict: 'allow' })
  })
})

describe('is denied to a user with profiles:', () => {
  it.for([
    { name: 'another image', body: run({ Image: 'busybox' }) },
    { name: 'another command', body: run({ Cmd: ['sh'] }) },
    { name: "the image's own command", body: run({ Cmd: null }) },
    { name: 'a program before the command', body: run({ Entrypoint: ['sh', '-c'] }) },
    {
      name: 'the command of one profile in the image of another',
      body: run({ Image: 'busybox' }, { Mounts: [], NetworkMode: 'bridge' }),
    },
    { name: "an empty list in the place of the image's entrypoint", body: run({ Entrypoint: [] }) },
    { name: 'another network beside', body: run({ NetworkingConfig: { EndpointsConfig: { bridge: {} } } }) },
    { name: 'without the variables of the profile', body: run({ Env: [] }) },
    { name: 'another folder to work in', body: run({ WorkingDir: '/tmp' }) },
    { name: 'another network', body: run({}, { NetworkMode: 'host' }) },
    { name: 'a variable that changes what runs', body: run({ Env: ['LD_PRELOAD=/data/x.so'] }) },
    { name: 'another value of a variable of the profile', body: run({ Env: ['MODE=all'] }) },
    { name: 'a bind of their own', body: run({}, { Mounts: [data, bind()] }) },
    { name: 'a bind in the place of the one of the profile', body: run({}, { Mounts: [bind({ Target: '/data' })] }) },
    { name: 'without what the profile mounts', body: run({}, { Mounts: [] }) },
    {
      name: 'what the profile mounts, writable',
      body: run({}, { Mounts: [bind({ Source: '/usr/share', Target: '/data' })] }),
    },
    { name: 'a volume', body: run({}, { Binds: ['herdata:/opt'] }) },
    { name: 'a tmpfs', body: run({}, { Tmpfs: { '/run': '' } }) },
    { name: 'volumes of another container', body: run({}, { VolumesFrom: ['hers'] }) },
    { name: "the host's processes", body: run({}, { PidMode: 'host' }) },
    { name: 'the namespace of another container', body: run({}, { IpcMode: 'container:hers' }) },
    { name: 'a health check, which runs a command', body: run({ Healthcheck: { Test: ['CMD', 'sh'] } }) },
    { name: 'a host port', body: run({}, { PortBindings: { '80/tcp': [{ HostPort: '8080' }] } }) },
    { name: 'names for addresses', body: run({}, { ExtraHosts: ['db:10.0.0.1'] }) },
    { name: 'another shell', body: run({ Shell: ['/bin/evil'] }) },
  ])('$name', ({ body }, { expect }) => {
    expect(create(body)).toMatchObject({ verdict: 'deny' })
  })

  it.for<[string, unknown?]>([
    [`POST /containers/${ids.hers}/exec`, exec],
    [`POST /containers/${ids.hers}/update`, { Memory: 1 }],
    ['POST /commit?container=hers&repo=localhost/alice/box'],
    ['POST /images/busybox/tag?repo=localhost/alice/box'],
    ['POST /images/create?fromImage=alpine&tag=1'],
    ['POST /networks/create', { Name: 'net' }],
    ['POST /volumes/create', { Name: 'newdata' }],
  ])('%s', ([line, body], { expect }) => {
    expect(ask(line, body, change)).toMatchObject({ verdict: 'deny' })
    expect(ask(line, body)).toMatchObject({ verdict: 'allow' })
  })

  it('where policy takes an operation away: that one', ({ expect }) => {
    const without = { grants: grants({ deny: ['ContainerExec'] }) }
    expect(ask(`POST /containers/${ids.hers}/exec`, exec, without)).toMatchObject({ verdict: 'deny' })
    expect(ask(`GET /containers/${ids.hers}/json`, undefined, without)).toMatchObject({ verdict: 'allow' })
  })
})
