/** dockerrunctl policy explain, before a real gate and engine, with the clients as users run them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callsOf } from '../support/calls.ts'
import type { Engine } from '../support/engine.ts'
import { explainingOf } from '../support/explaining.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { createBody } from '../support/requests.ts'

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

const { post, clear } = callsOf(() => engine)
const { places, explain, make, countDoings, leftBehind } = explainingOf(
  () => lab,
  () => engine,
)
const gateSocket = '/run/docker/plugins/gate-engine.sock'
const auditFile = '/run/lab/engines/engine/gate/audit.jsonl'

describe('a line that is explained', () => {
  it('is allowed as the gate would allow it, and neither done nor recorded', async () => {
    const before = countDoings()
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
    expect(countDoings()).toBe(before)
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
    const before = countDoings()
    const { status, stdout, stderr } = await explain(line)
    expect({ status, stderr, stdout }).toMatchObject({
      status: expected,
      stderr: '',
      stdout: expect.stringMatching(says),
    })
    expect(countDoings()).toBe(before)
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
