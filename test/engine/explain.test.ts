/** dockerrunctl policy explain, before a real gate and engine, with the clients as users run them. */
import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callsOf } from '../support/calls.ts'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { createBody } from '../support/requests.ts'
import { until } from '../support/until.ts'

const policy = `
groups: {alice: {limits: {memory: 64m}}}
everyone: {networks: [none, own]}
`
/** What a user has to add to docker's own line to be let in. */
const asAlice = '-u 2001:2001 --group-add 3000 --security-opt no-new-privileges --userns host --network none'.split(' ')
const asBob = '-u 2002:2002 --security-opt no-new-privileges --userns host --network none'.split(' ')

let lab: Lab
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine', policy })
  await Promise.all(['alice', 'bob'].map(engine.login))
})
afterAll(() => lab.stop())

const { post, order, clear } = callsOf(() => engine)
const gateSocket = '/run/docker/plugins/gate-engine.sock'
const auditFile = '/run/lab/engines/engine/gate/audit.jsonl'
const places = () => ['--socket', gateSocket, '--engine', `unix://${engine.socket}`]
const explain = (line: readonly string[], { as = 'alice', options = [] as readonly string[] } = {}) =>
  lab.exec(['dockerrunctl', 'policy', 'explain', '--as', as, ...places(), ...options, '--', ...line])
const script = (name: string, text: string): string => {
  writeFileSync(lab.path(`/usr/local/bin/${name}`), `#!/bin/sh\n${text}\n`)
  chmodSync(lab.path(`/usr/local/bin/${name}`), 0o755)
  return name
}
/** A container that was made and never started. */
const make = async (name: string, login: 'alice' | 'bob') => {
  const { HostConfig, ...config } = createBody()
  const ids = { alice: '2001:2001', bob: '2002:2002' }[login]
  const body = { ...config, User: ids, HostConfig: { ...HostConfig, Memory: 33_554_432, NetworkMode: 'none' } }
  expect(await post(`/containers/create?name=${name}`, body, login)).toMatchObject({ status: 201 })
}
/** Lines of the audit log that tell of a user's request, or of something that was done. */
const doings = () =>
  engine.gate
    .audit()
    .filter(
      ({ user, operation }) => user !== 'dockerrun-authz' && !/Ping|Inspect|List|Info|Version/.test(String(operation)),
    )
const leftBehind = () => readdirSync(lab.path('/run')).filter((name) => name.startsWith('dockerrun-explain'))

describe('a line that is explained', () => {
  it('is allowed as the gate would allow it, and neither done nor recorded', async () => {
    const before = doings().length
    const { status, stdout, stderr } = await explain([
      'docker',
      'run',
      '--name',
      'wanted',
      '-m',
      '32m',
      ...asAlice,
      'busybox',
      'id',
    ])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^alice \(uid 2001, groups 2001 3000\)\n/)
    expect(stdout).toMatch(
      /^allowed ContainerCreate wanted busybox \(POST \/v1\.\d+\/containers\/create\?name=wanted\)\n(  policy: .*\n)*  policy: limits\.memory: groups\.alice$/m,
    )
    expect(await engine.containers()).toEqual([])
    expect(doings()).toHaveLength(before)
    expect(leftBehind()).toEqual([])
    // Not even its name is taken.
    await make('wanted', 'bob')
    await clear()
  })

  it('is denied with all that speaks against it, each with its way out', async () => {
    const { status, stdout } = await explain([
      'docker',
      'run',
      '--privileged',
      '-m',
      '1g',
      '-v',
      '/home/bob:/x',
      'busybox',
    ])
    expect(status).toBe(1)
    expect(stdout).toContain('denied ContainerCreate busybox')
    expect(stdout).toContain('  HostConfig.Privileged: a privileged container is root on the host')
    for (const word of [
      'User: ',
      'HostConfig.SecurityOpt: ',
      'Memory: policy grants up to 67108864 bytes',
      'policy: limits.memory: groups.alice',
      'policy: networks: everyone',
    ])
      expect(stdout).toContain(word)
    expect(await engine.containers()).toEqual([])
  })

  it('is denied just as it is when it is sent', async () => {
    const line = ['docker', 'run', '--privileged', ...asAlice, '-m', '32m', 'busybox']
    const { stdout } = await explain(line, { options: ['--json'] })
    const report = JSON.parse(stdout) as { requests: { operation: string; why: string }[] }
    const { stderr } = await lab.exec(line, { as: 'alice', env: engine.env('alice') })
    expect(stderr).toContain(report.requests.at(-1)?.why)
  })

  it.for([
    { name: 'docker ps', line: ['docker', 'ps', '-a'], status: 0, says: /^allowed ContainerList /m },
    {
      name: "docker exec in one's own",
      line: ['docker', 'exec', '-u', '2001:2001', 'hers', 'id'],
      status: 0,
      says: /^allowed ContainerExec hers /m,
    },
    {
      name: "docker exec in another's",
      line: ['docker', 'exec', 'bobs', 'id'],
      status: 1,
      says: /^denied ContainerInspect bobs .*\n  no such container of yours/m,
    },
    {
      name: 'docker network create',
      line: ['docker', 'network', 'create', 'net'],
      status: 0,
      says: /^allowed NetworkCreate net /m,
    },
    { name: 'docker rm', line: ['docker', 'rm', '-f', 'hers'], status: 0, says: /^allowed ContainerDelete hers /m },
  ])('may be $name', async ({ line, status: expected, says }) => {
    await make('hers', 'alice')
    await make('bobs', 'bob')
    const before = doings().length
    const { status, stdout, stderr } = await explain(line)
    expect({ status, stderr, stdout }).toMatchObject({
      status: expected,
      stderr: '',
      stdout: expect.stringMatching(says),
    })
    expect(doings()).toHaveLength(before)
    expect((await engine.containers()).length).toBe(2)
    await clear()
  })

  it("may be dockerrun's: with an image it knows, of the container it would start", async () => {
    const line = ['dockerrun', '--rm', '--network', 'none', 'busybox', 'id']
    const probe = await explain(line, { as: 'bob' })
    expect(probe).toMatchObject({ status: 0, stdout: expect.stringMatching(/^allowed ContainerCreate busybox /m) })
    expect(await lab.exec(line, { as: 'bob', env: engine.env('bob') })).toMatchObject({ status: 0 })
    expect(await explain(['dockerrun', '--name', 'shown', ...line.slice(1)], { as: 'bob' })).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^allowed ContainerCreate shown busybox .*\n {2}policy: networks: everyone$/m),
    })
    expect(await explain(['dockerrun', '--network', 'bridge', 'busybox'], { as: 'bob' })).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('HostConfig.NetworkMode: policy grants these networks: none, own'),
    })
    expect(await engine.containers()).toEqual([])
  })

  it('is explained for the user it is run as', async () => {
    const { status, stdout } = await explain(['docker', 'run', ...asBob, 'busybox'], { as: 'bob' })
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^bob \(uid 2002, groups 2002 3000\)\n/),
    })
    expect(stdout).not.toContain('groups.alice')
    expect(await explain(['docker', 'run', ...asAlice, 'busybox'], { as: 'bob' })).toMatchObject({ status: 1 })
  })
})

describe('the program of a line', () => {
  it('has the rights of its user, and neither network nor terminal nor the folder root is in', async () => {
    const told = script(
      'tell',
      'exec >&2; id -un; id -G; grep -c : /proc/self/net/dev; grep NoNewPrivs /proc/self/status; pwd; : </dev/tty; exit 3',
    )
    const { stderr } = await explain([told])
    expect(stderr).toMatch(/tell asked nothing of the engine and ended with \d+: .*\/dev\/tty/)
    const marks = script(
      'marks',
      '{ id -un; id -G; cut -d: -f1 /proc/self/net/dev | tail -n +3 | tr -d " "; sed -n s/NoNewPrivs:.//p /proc/self/status; pwd; } > ~/marks',
    )
    await explain([marks])
    expect((await lab.exec(['cat', '/home/alice/marks'])).stdout).toBe('alice\n2001 3000\nlo\n1\n/home/alice\n')
  })

  it('cannot reach the engine by another way', async () => {
    const elsewhere = script(
      'elsewhere',
      `exec docker -H ${engine.host} --tlsverify --tlscacert ${engine.env('alice').DOCKER_CERT_PATH}/ca.pem --tlscert ${engine.env('alice').DOCKER_CERT_PATH}/cert.pem --tlskey ${engine.env('alice').DOCKER_CERT_PATH}/key.pem network create elsewhere`,
    )
    expect(await explain([elsewhere])).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('asked nothing of the engine'),
    })
    expect((await engine.api({ path: '/networks' })).body).not.toContain('elsewhere')
  })

  it('may send what it likes: nothing of it is done, and none of it stops the explanation', async () => {
    await make('hers', 'alice')
    const sends = (name: string, code: string) => {
      const call = `const http = require('http'); const socketPath = process.env.DOCKER_HOST.slice(7)
        const send = (method, path, body = '', headers = {}) => new Promise((done) => {
          const call = http.request({ socketPath, method, path, headers, agent: false }, (answer) => answer.resume().on('end', () => done(answer.statusCode)))
          call.on('error', () => done(0)).on('upgrade', () => done(101)); call.end(body) })`
      writeFileSync(lab.path(`/usr/local/bin/${name}.js`), `${call}\n;(async () => { ${code} })()`)
      return ['node', `/usr/local/bin/${name}.js`]
    }
    const all = sends(
      'all',
      "await Promise.all(Array.from({ length: 40 }, () => send('POST', '/v1.41/containers/hers/start')))",
    )
    const { stdout: told } = await explain(all)
    expect(told.match(/ContainerStart/g)).toEqual(['ContainerStart'])
    const large = sends(
      'large',
      "await send('POST', '/containers/create', Buffer.alloc(6e6)); await send('GET', '/version')",
    )
    expect(await explain(large)).toMatchObject({ status: 0, stdout: expect.stringContaining('allowed SystemVersion') })
    const odd = sends(
      'odd',
      "await send('GET', '/%63ontainers/json'); await send('POST', '/session', '', { Connection: 'Upgrade', Upgrade: 'h2c' })",
    )
    expect(await explain(odd)).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^denied Unknown .*\n {2}the path is not in its plain form\ndenied Session /m),
    })
    const loud = script('loud', 'head -c 50000000 /dev/zero | tr "\\0" x >&2; docker version')
    const { stdout } = await explain([loud])
    expect(stdout).toContain('allowed SystemVersion')
    expect(stdout.length).toBeLessThan(10_000)
    const { body } = await engine.api({ path: '/containers/hers/json' })
    expect(body).toContain('"Status":"created"')
    await clear()
  })

  it('reads no files of a container: what was read is never run, and this one may still be', async () => {
    await make('hers', 'alice')
    const before = doings().length
    expect(await explain(['docker', 'cp', 'hers:/etc/passwd', '-'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('allowed ContainerArchive hers'),
    })
    expect(doings()).toHaveLength(before)
    expect(await order('/containers/hers/start')).toMatchObject({ status: 204 })
    await clear()
  })

  it('that is not there is said to be not there', async () => {
    expect(await explain(['nosuch'])).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/nosuch asked nothing .* 127: .*not found\n.*hint: /),
    })
  })

  it('that hangs is ended with all it started, at the time limit', async () => {
    const hangs = script('hangs', 'docker version >/dev/null; setsid sleep 4711 & sleep 4711')
    expect(await explain([hangs], { options: ['--seconds', '3'] })).toMatchObject({
      status: 125,
      stdout: expect.stringContaining('allowed SystemVersion'),
      stderr: expect.stringContaining('hangs was not done within 3 s'),
    })
    await until(async () => (await lab.exec(['pgrep', '-f', '^sleep 4711'])).status === 1, {
      what: 'the end of all it started',
    })
    expect(leftBehind()).toEqual([])
  })

  it('is ended when its administrator ends the explanation', async () => {
    const waits = script('waits', 'sleep 4712')
    const running = lab.spawn(['dockerrunctl', 'policy', 'explain', '--as', 'alice', ...places(), '--', waits])
    await until(async () => (await lab.exec(['pgrep', '-f', '^sleep 4712'])).status === 0, { what: 'the program' })
    await running.signal('SIGTERM')
    expect(await running.done).toMatchObject({ status: 130 })
    await until(async () => (await lab.exec(['pgrep', '-f', '^sleep 4712'])).status === 1, { what: 'the end of it' })
    expect(leftBehind()).toEqual([])
  })

  it('writes nothing to the terminal that would drive it', async () => {
    const colours = script('colours', `printf '\\033]0;owned\\007\\n\\033[31mred' >&2; exit 7`)
    const { stderr, stdout } = await explain([colours])
    expect(stderr).toContain('\\u001b[31mred')
    const sends = script('sends', `docker network create "$(printf 'a\\033[31m\\302\\205b')"`)
    const sent = await explain([sends])
    expect(`${stderr}${stdout}${sent.stdout}${sent.stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })
})

describe('who may ask', () => {
  it('is root alone: no user may open the socket of the gate', async () => {
    const line = ['dockerrunctl', 'policy', 'explain', ...places(), '--', 'docker', 'ps']
    expect(await lab.exec(line, { as: 'alice' })).toMatchObject({
      status: 125,
      stderr: expect.stringContaining(`${gateSocket} may not be opened by you`),
    })
  })

  it('is told of an account that is not there, of a gate that is not there, and of a line that is missing', async () => {
    expect(await explain(['docker', 'ps'], { as: 'mallory' })).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('mallory: no such account'),
    })
    expect(await explain(['docker', 'ps'], { options: ['--socket', '/run/nosuch.sock'] })).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/no gate answers on \/run\/nosuch\.sock\n.*hint: /),
    })
    expect(await explain([])).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('either the id of a decision or a command line'),
    })
  })

  it('is, behind sudo, asking about oneself', async () => {
    const outcome = await lab.exec(['dockerrunctl', 'policy', 'explain', ...places(), '--', 'docker', 'ps'], {
      env: { SUDO_UID: '2001' },
    })
    expect(outcome).toMatchObject({ status: 0, stdout: expect.stringMatching(/^alice \(uid 2001/) })
  })

  it('cannot be answered in the place of the engine by anybody else: the recorder is its user’s alone', async () => {
    const shows = script(
      'shows',
      'ls -ln "${DOCKER_HOST#unix://}" > ~/shown; ls -ldn "$(dirname "${DOCKER_HOST#unix://}")" >> ~/shown',
    )
    await explain([shows])
    const { stdout } = await lab.exec(['cat', '/home/alice/shown'])
    expect(stdout).toMatch(/^srw-------\S* 1 2001 2001 .*\ndrwx--x--x\S* 2 0 0 /)
  })
})

describe('a decision of the audit log', () => {
  const explainId = (id: string, ...options: readonly string[]) =>
    lab.exec(['dockerrunctl', 'policy', 'explain', id, '--file', auditFile, ...options])

  it('is explained by its id: who, when, what, and all that spoke against it', async () => {
    const body = {
      ...createBody(),
      HostConfig: {
        ...createBody().HostConfig,
        Privileged: true,
        CapAdd: ['ALL'],
        Memory: 33_554_432,
        NetworkMode: 'none',
      },
    }
    await post('/containers/create?name=tried', body)
    const denied = engine.gate.audit().findLast(({ name }) => name === 'tried')
    expect(denied?.['objections']).toHaveLength(2)
    const { status, stdout } = await explainId(String(denied?.['id']))
    expect(status).toBe(1)
    expect(stdout).toMatch(/deny +alice +ContainerCreate +tried busybox true/)
    expect(stdout).toContain('  user: alice (uid 2001)\n  rule: ContainerCreate\n')
    expect(stdout).toContain('\n  HostConfig.Privileged: ')
    expect(stdout).toContain('\n  HostConfig.CapAdd: ')
    expect(JSON.parse((await explainId(String(denied?.['id']), '--json')).stdout)).toEqual(denied)
  })

  it('that is in no file, or has no such id, is said to be none', async () => {
    expect(await explainId('00000000-0000-4000-8000-000000000000')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('no decision of this id'),
    })
    expect(await explainId('docker')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('that is no id of a decision'),
    })
  })
})
