/** Gate 1 alone in front of a real engine: what an account with a certificate can send by hand, and what the engine then really does. */
import { existsSync, symlinkSync, unlinkSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callsOf, idOf } from '../support/calls.ts'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { makeOddCertificate } from '../support/odd-certificate.ts'
import { bind, createBody } from '../support/requests.ts'

let lab: Lab
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine', runtime: false })
  await Promise.all(['alice', 'bob'].map(engine.login))
})
afterAll(() => lab.stop())

const json = { 'Content-Type': 'application/json' }
const empty = { 'Content-Length': '0' }
const hostConfig = (change: object) => ({ ...createBody(), HostConfig: { ...createBody().HostConfig, ...change } })
const { post, order, make, clear } = callsOf(() => engine)

describe('a request by hand is refused by the gate, and the engine made nothing', () => {
  it.for<{ name: string; path?: string; body: unknown; headers?: Readonly<Record<string, string>> }>([
    { name: 'M04: as root', body: { ...createBody(), User: '0:0' } },
    { name: 'T03: as root, in a lower-case key', body: { ...createBody(), user: '0:0' } },
    {
      name: 'T02: a second HostConfig',
      body: JSON.stringify(createBody()).replace('"HostConfig"', '"HostConfig":{"Privileged":true},"HostConfig"'),
    },
    {
      name: 'T04: a folded key',
      body: JSON.stringify(createBody()).replace('"NetworkMode"', '"Privileged":true,"Networ\u212aMode"'),
    },
    { name: 'T01: privileged at the top level', body: { ...createBody(), Privileged: true } },
    { name: 'M08: a missing source, with Binds', body: hostConfig({ Binds: ['/etc/made-by-root:/x'] }) },
    { name: "M05: another's home", body: hostConfig({ Mounts: [bind({ Source: '/home/bob', Target: '/x' })] }) },
    { name: 'M09: a writable bind of /etc', body: hostConfig({ Mounts: [bind({ Source: '/etc', Target: '/x' })] }) },
    {
      name: 'M12: a volume that is a bind',
      body: hostConfig({
        Mounts: [
          {
            Type: 'volume',
            Target: '/x',
            VolumeOptions: { DriverConfig: { Name: 'local', Options: { type: 'none', o: 'bind', device: '/' } } },
          },
        ],
      }),
    },
    {
      name: 'M23: a log driver that connects',
      body: hostConfig({ LogConfig: { Type: 'syslog', Config: { 'syslog-address': 'unix:///run/docker.sock' } } }),
    },
    { name: 'T13: an escaped path', path: '/%63ontainers/create', body: { ...createBody(), User: '0:0' } },
    { name: 'T13: an absolute target', path: 'http://evil/containers/create', body: createBody() },
    {
      name: 'T08: a body too large to be shown',
      body: { ...createBody(), User: '0:0', Env: ['A='.padEnd(1_100_000, 'x')] },
    },
    {
      name: 'T09: a query that hides the body',
      path: '/containers/create?x=/auth',
      body: { ...createBody(), User: '0:0' },
    },
    {
      name: 'T10: parameters in a form body',
      path: '/images/busybox/tag?repo=alice/x',
      body: 'repo=busybox2',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    },
    {
      name: 'T12: a build',
      path: '/build',
      body: 'remote=http://127.0.0.1/&t=busybox',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    },
    { name: 'a pull of a name that would redirect', path: '/images/create?fromImage=a//b', body: '', headers: empty },
    { name: 'M17: an import', path: '/images/create?fromSrc=-&repo=busybox', body: '', headers: empty },
    { name: 'M29: a swarm', path: '/swarm/init', body: { ListenAddr: '127.0.0.1' } },
    { name: 'M60: prune', path: '/containers/prune', body: '', headers: empty },
    { name: 'an exec in nothing', path: `/containers/${'0'.repeat(64)}/exec`, body: { Cmd: ['id'] } },
  ])('$name', async ({ path = '/v1.41/containers/create', body, headers = json }) => {
    const images = await engine.api({ path: '/images/json' })
    const { status, body: answer } = await post(path, body, 'alice', headers)
    expect({ status, answer }).toMatchObject({
      status: 403,
      answer: expect.stringContaining('authorization denied by plugin gate-engine'),
    })
    expect(await engine.containers()).toEqual([])
    expect(await engine.api({ path: '/images/json' })).toEqual(images)
    expect(existsSync(lab.path('/etc/made-by-root'))).toBe(false)
  })

  it('T07, T11: a chunked body, whatever its types say', async () => {
    const chunked = { 'Transfer-Encoding': 'chunked', 'Content-Type': 'application/x-www-form-urlencoded' }
    expect(await post('/images/create?fromImage=busybox', 'fromSrc=-&repo=evil', 'alice', chunked)).toMatchObject({
      status: 403,
    })
  })
})

describe('a caller is refused', () => {
  it.for([
    { name: 'M34: whose certificate names nobody', commonName: '' },
    { name: 'whom NSS does not know', commonName: 'mallory' },
    { name: 'whose name is digits', commonName: '0' },
    { name: 'whose name is an option', commonName: '-i' },
  ])('$name', async ({ commonName }) => {
    const folder = await makeOddCertificate(lab, engine, `/home/alice/odd-${commonName}`, { commonName })
    const line = ['docker', 'version', '--format', '{{.Server.Version}}']
    const { status, stderr } = await lab.exec(line, {
      as: 'alice',
      env: { ...engine.env('alice'), DOCKER_CERT_PATH: folder },
    })
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('authorization denied') })
  })

  it('who has no certificate', async () => {
    await lab.exec(['install', '-D', `${engine.certificates.folder}/ca.pem`, '/srv/ca-only/ca.pem'])
    const env = { ...engine.env('alice'), DOCKER_CERT_PATH: '/srv/ca-only' }
    const { status, stderr } = await lab.exec(['docker', 'version'], { as: 'alice', env })
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/bad certificate|certificate required/),
    })
  })

  it('who tries the unix socket', async () => {
    const { status, stderr } = await lab.exec(['docker', 'version'], {
      as: 'alice',
      env: { DOCKER_HOST: `unix://${engine.socket}` },
    })
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('permission denied') })
  })
})

describe('a container', () => {
  it("is its owner's by name, id and twelve digits, and nobody else's", async () => {
    const id = await make()
    for (const path of [`/containers/${id}/json`, `/containers/${id.slice(0, 12)}/json`]) {
      expect(await engine.apiAs('alice', { path })).toMatchObject({ status: 200 })
      expect(await engine.apiAs('bob', { path })).toMatchObject({ status: 403 })
    }
    expect(await engine.apiAs('alice', { path: `/containers/${id.slice(0, 11)}/json` })).toMatchObject({ status: 403 })
    await clear()
  })

  it("M19: of another is neither started, stopped, entered, read nor removed; root's is nobody's", async () => {
    const bobs = await make({}, 'bob')
    expect(await order(`/containers/${bobs}/start`, 'bob')).toMatchObject({ status: 204 })
    const roots = idOf(
      await engine.api({
        method: 'POST',
        path: '/containers/create',
        headers: json,
        body: JSON.stringify({ Image: 'busybox', Cmd: ['sleep', '1000'] }),
      }),
    )
    for (const id of [bobs, roots]) {
      for (const verb of ['start', 'stop', 'kill', 'wait', 'attach?stream=1', 'restart', 'pause', 'rename?name=x'])
        expect(await order(`/containers/${id}/${verb}`)).toMatchObject({ status: 403 })
      for (const path of ['json', 'logs?stdout=1', 'top', 'stats', 'export', 'changes', 'archive?path=/etc/passwd'])
        expect(await engine.apiAs('alice', { path: `/containers/${id}/${path}` })).toMatchObject({ status: 403 })
      expect(await post(`/containers/${id}/exec`, { Cmd: ['id'] })).toMatchObject({ status: 403 })
      expect(await engine.apiAs('alice', { method: 'DELETE', path: `/containers/${id}?force=1` })).toMatchObject({
        status: 403,
      })
    }
    const exec = idOf(await post(`/containers/${bobs}/exec`, { Cmd: ['id'], AttachStdout: true }, 'bob'))
    expect(await post(`/exec/${exec}/start`, { Detach: false, Tty: false })).toMatchObject({ status: 403 })
    expect(await engine.apiAs('alice', { path: `/exec/${exec}/json` })).toMatchObject({ status: 403 })
    expect(await engine.apiAs('bob', { path: `/exec/${exec}/json` })).toMatchObject({ status: 200 })
    await clear()
  })

  it('M05b: with a bind that has become a link since is not started', async () => {
    await lab.exec([
      'sh',
      '-c',
      'mkdir /home/alice/bound; chown alice /home/alice/bound; mkdir -m 700 /home/bob/private; echo secret > /home/bob/private/file',
    ])
    const id = await make({ Mounts: [bind({ Source: '/home/alice/bound', Target: '/x' })] })
    await lab.exec(['rmdir', '/home/alice/bound'])
    symlinkSync('/home/bob/private', lab.path('/home/alice/bound'))
    expect(await order(`/containers/${id}/start`)).toMatchObject({ status: 403 })
    unlinkSync(lab.path('/home/alice/bound'))
    await clear()
  })

  it('M11: does not start where its image would have root make folders inside a bind', async () => {
    await lab.exec([
      'sh',
      '-c',
      'mkdir -m 777 /home/alice/shared; mkdir -m 700 /home/alice/shared/bobs; chown alice /home/alice/shared; chown bob /home/alice/shared/bobs',
    ])
    for (const [name, change] of [
      ['workdir', 'WORKDIR /h/bobs/new'],
      ['volume', 'VOLUME /h/bobs/new'],
      ['relative', 'VOLUME ["h/bobs/new"]'],
    ] as const) {
      const made = await lab.exec([
        'sh',
        '-c',
        `docker -H unix://${engine.socket} export $(docker -H unix://${engine.socket} create busybox) | docker -H unix://${engine.socket} import -c '${change}' - ${name}`,
      ])
      expect(made).toMatchObject({ status: 0 })
      const body = { ...hostConfig({ Mounts: [bind({ Source: '/home/alice/shared', Target: '/h' })] }), Image: name }
      const created = await post('/v1.41/containers/create', body)
      // Where the image works is known by then; client 26 waits for ever for a container that is denied at its start.
      const denied = name === 'workdir' ? created : await order(`/containers/${idOf(created)}/start`)
      expect(denied).toMatchObject({ status: 403, body: expect.stringMatching(/as root|absolute and plain/) })
      expect(existsSync(lab.path('/home/alice/shared/bobs/new'))).toBe(false)
    }
    await clear()
  })

  it('has no name that could be an id', async () => {
    for (const name of ['abcd', '12', 'f'.repeat(12)])
      expect(await post(`/containers/create?name=${name}`, createBody())).toMatchObject({ status: 403 })
  })

  it('M06b: is read or run, never both', async () => {
    const read = await make()
    expect(await engine.apiAs('alice', { path: `/containers/${read}/archive?path=/etc/passwd` })).toMatchObject({
      status: 200,
    })
    expect(await engine.apiAs('alice', { path: `/containers/${read}/archive?path=/etc/shadow` })).toMatchObject({
      status: 403,
    })
    expect(await order(`/containers/${read}/start`)).toMatchObject({ status: 403 })
    const byRoot = await make()
    await engine.api({ method: 'POST', path: `/containers/${byRoot}/start`, headers: empty })
    expect(await engine.apiAs('alice', { path: `/containers/${byRoot}/archive?path=/etc/passwd` })).toMatchObject({
      status: 403,
    })
    const ran = await make()
    expect(await order(`/containers/${ran}/start`)).toMatchObject({ status: 204 })
    expect(await engine.apiAs('alice', { path: `/containers/${ran}/archive?path=/etc/passwd` })).toMatchObject({
      status: 403,
    })
    await clear()
  })

  it("keeps its owner over a kill -9 of the gate, and its name is not another's at once", async () => {
    const created = await post('/containers/create?name=kept', { ...createBody(), Cmd: ['sleep', '1000'] })
    const id = idOf(created)
    await engine.gate.stop('SIGKILL')
    await engine.gate.start()
    expect(await engine.apiAs('alice', { path: '/containers/kept/json' })).toMatchObject({ status: 200 })
    expect(await engine.apiAs('bob', { path: '/containers/kept/json' })).toMatchObject({ status: 403 })
    expect(await engine.apiAs('alice', { method: 'DELETE', path: `/containers/${id}` })).toMatchObject({ status: 204 })
    const again = { ...createBody(), User: '2002:2002' }
    expect(await post('/containers/create?name=kept', again, 'bob')).toMatchObject({
      status: 403,
      body: expect.stringContaining('until a moment ago'),
    })
    expect(await post('/containers/create?name=kept', createBody())).toMatchObject({ status: 201 })
    await clear()
  })

  it('really has the identity that was checked, as the kernel tells it', async () => {
    const id = await make({ GroupAdd: ['3000'], Mounts: [bind({ Target: '/h' })] })
    await order(`/containers/${id}/start`)
    const { body } = await engine.api({ path: `/containers/${id}/json` })
    const { State } = JSON.parse(body) as { State: { Pid: number } }
    const { stdout } = await lab.exec(['cat', `/proc/${State.Pid}/status`])
    expect(stdout).toMatch(/^Uid:\t2001\t2001\t2001\t2001$/m)
    expect(stdout).toMatch(/^Gid:\t2001\t2001\t2001\t2001$/m)
    expect(stdout).toMatch(/^Groups:\t(?:2001 3000|3000) ?$/m)
    expect(stdout).toMatch(/^CapEff:\t0{16}$/m)
    expect(stdout).toMatch(/^NoNewPrivs:\t1$/m)
    await clear()
  })
})
