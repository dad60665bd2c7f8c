/** What gate 1 keeps and reads: its audit log and its policy file. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callsOf } from '../support/calls.ts'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { createBody } from '../support/requests.ts'
import { until } from '../support/until.ts'

let lab: Lab
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine' })
  await engine.login('alice')
})
afterAll(() => lab.stop())

const { post, order, clear } = callsOf(() => engine)
const usersLines = (from: number) =>
  engine.gate
    .audit()
    .slice(from)
    .filter(({ user }) => user !== 'dockerrun-authz')

describe('the audit log', () => {
  it('has a line for each decision, and no line that a user made up', async () => {
    const before = engine.gate.audit().length
    const command = ['sh', '-c', 'echo "}\n{\\"user\\":\\"root\\"}\u2028\u0085"']
    expect(await post('/containers/create?name=audited', { ...createBody(), Cmd: command })).toMatchObject({
      status: 201,
    })
    expect(await order('/containers/x%22/start')).toMatchObject({ status: 403 })
    const lines = usersLines(before)
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatchObject({
      user: 'alice',
      uid: 2001,
      operation: 'ContainerCreate',
      name: 'audited',
      image: 'busybox',
      command,
      verdict: 'allow',
      serial: expect.stringMatching(/^01[0-9A-F]{32}$/),
    })
    expect(lines[1]).toMatchObject({
      user: 'alice',
      operation: 'Unknown',
      uri: '/containers/x%22/start',
      verdict: 'deny',
    })
    expect(JSON.stringify(lines)).not.toContain('"user":"root"')
    await clear()
  })

  it("tells the gate's own questions from root's", async () => {
    const before = engine.gate.audit().length
    expect(await engine.apiAs('alice', { path: '/containers/nosuch/json' })).toMatchObject({ status: 403 })
    await engine.api({ path: '/containers/nosuch/json' })
    const users = engine.gate
      .audit()
      .slice(before)
      .map(({ user, operation }) => `${String(user)} ${String(operation)}`)
    const own = 'dockerrun-authz ContainerInspect'
    expect(users).toEqual([own, 'alice ContainerInspect', 'root ContainerInspect'])
  })

  it('has short lines, for what is long and denied too', async () => {
    const before = engine.gate.audit().length
    const long = 'x'.repeat(500_000)
    await post('/containers/create', {
      ...createBody(),
      User: long,
      Image: long,
      Cmd: [long, ...Array.from({ length: 5_000 }, () => 'y')],
    })
    const [line] = usersLines(before)
    expect(line).toMatchObject({ user: 'alice', operation: 'ContainerCreate', verdict: 'deny' })
    expect(JSON.stringify(line).length).toBeLessThan(5_000)
  })

  it('that cannot be written stops users, and not root', async () => {
    const other = await lab.engine({ name: 'full', loadImage: false, audit: '/dev/full' })
    await other.login('alice')
    expect(await other.apiAs('alice', { path: '/info' })).toMatchObject({
      status: 403,
      body: expect.stringContaining('audit log cannot be written'),
    })
    expect(await other.api({ path: '/info' })).toMatchObject({ status: 200 })
  })
})

describe('dockerrun-authz --check', () => {
  const check = (socket: string) => lab.exec(['dockerrun-authz', '--check', '--socket', socket])

  it('says whether the gate answers, and not only that it is there', async () => {
    expect(await check('/run/docker/plugins/gate-engine.sock')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('answers'),
    })
    expect(await check('/run/docker/plugins/none.sock')).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/no gate is on .*\n.*hint: /),
    })
    // A fake: somebody who listens and never speaks, as a gate that hangs would.
    const silent = lab.spawn([
      'node',
      '-e',
      'require("net").createServer(() => {}).listen("/run/silent.sock", () => console.log("up"))',
    ])
    await until(() => silent.output() === 'up\n', { what: 'the silent one' })
    expect(await check('/run/silent.sock')).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/does not answer\n.*hint: /),
    })
    await silent.signal('SIGKILL')
  })
})
