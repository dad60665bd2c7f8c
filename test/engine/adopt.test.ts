/** dockerrunctl adopt, before a real engine with both gates: what the gate has no record of starts once it is root's. */
import { existsSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callsOf } from '../support/calls.ts'
import { dockerOf, mustOf, rootDockerOf } from '../support/docker.ts'
import type { Engine } from '../support/engine.ts'
import { type Lab, startLab } from '../support/lab.ts'

const gateSocket = '/run/docker/plugins/gate-engine.sock'

let lab: Lab
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine' })
  await Promise.all(['alice', 'bob'].map(engine.login))
})
afterAll(() => lab.stop())

const asRoot = rootDockerOf(
  () => lab,
  () => engine,
)
const mustAsRoot = mustOf(asRoot)
const docker = dockerOf(
  () => lab,
  () => engine,
)
const must = mustOf(docker)
const { post, clear } = callsOf(() => engine)
const adopt = (...options: readonly string[]) => lab.exec(['dockerrunctl', 'adopt', '--socket', gateSocket, ...options])
const recordOf = (id: string) => lab.path(`/run/lab/engines/engine/gate/state/containers/${id}`)

/** As if these had been made while no gate was there. */
const forget = async (...ids: readonly string[]) => {
  await engine.gate.stop()
  for (const id of ids) rmSync(recordOf(id))
  await engine.gate.start()
}
const adoptions = () => engine.gate.audit().filter(({ operation }) => operation === 'ContainerAdopt')

describe('a container without a record', () => {
  it('does not start, is listed, and starts once it is adopted', async () => {
    const registry = await mustAsRoot('create --name registry --network none busybox sleep 1000')
    const proxy = await mustAsRoot('create --name proxy --network none busybox sleep 1000')
    await mustAsRoot('create --name known --network none busybox sleep 1000')
    await forget(registry, proxy)
    expect(await asRoot('start registry')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/no record says whose container this is: .*dockerrunctl adopt/),
    })
    await mustAsRoot('start known')

    const { status, stdout, stderr } = await adopt()
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines.at(-1)).toContain('dockerrunctl adopt CONTAINER')
    expect(stdout).toMatch(new RegExp(`^${registry.slice(0, 12)}  registry  [0-9a-f]{12}$`, 'm'))
    expect(stdout).toMatch(new RegExp(`^${proxy.slice(0, 12)}  proxy     [0-9a-f]{12}$`, 'm'))
    expect(await adopt('--dry-run', 'registry')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^\w+ {2}reg/),
    })
    expect(existsSync(recordOf(registry))).toBe(false)
    expect(adoptions()).toEqual([])
    expect((await asRoot('start registry')).status).toBe(1)

    expect(await adopt('registry')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^adopted {2}\w+ {2}reg/),
    })
    await mustAsRoot('start registry')
    expect(await mustAsRoot('exec registry id -u')).toBe('0')
    expect((await asRoot('start proxy')).status).toBe(1)
    expect(adoptions()).toMatchObject([{ user: 'root', administrator: true, object: registry, name: 'registry' }])

    expect(await adopt('--all')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^adopted {2}\w+ {2}proxy/) })
    await mustAsRoot('start proxy')
    expect(await adopt('--all')).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing to adopt') })
    await engine.gate.stop()
    await engine.gate.start()
    await mustAsRoot('restart -t 0 registry')
    await clear()
  })

  it("is no user's once it is adopted, though it was alice's", async () => {
    const id = await must('create ME --name hers --network none busybox sleep 1000')
    await forget(id)
    for (const outcome of [await asRoot('start hers'), await docker('start hers')])
      expect(outcome).toMatchObject({ status: 1 })
    expect(await adopt('hers')).toMatchObject({ status: 0 })
    expect((await docker('start hers')).stderr).toContain('no such container of yours')
    await mustAsRoot('start hers')
    expect((await docker('exec hers id')).stderr).toContain('no such container of yours')
    await clear()
  })
})

describe('what has a record', () => {
  it("stays its user's, and nothing is adopted in the same breath", async () => {
    const id = await must('create ME --name hers --network none busybox true')
    const other = await mustAsRoot('create --name other busybox true')
    await forget(other)
    expect(await adopt('other', 'hers', 'nosuch')).toMatchObject({
      status: 125,
      stdout: '',
      stderr: expect.stringMatching(/hers: .* it is alice's; nosuch: the engine has no such container\n.*hint: /),
    })
    expect(existsSync(recordOf(other))).toBe(false)
    await adopt('--all')
    expect(existsSync(recordOf(other))).toBe(true)
    await must('start hers')
    expect(existsSync(recordOf(id))).toBe(true)
    await clear()
  })
})

describe('who may adopt', () => {
  it('is root on this host alone: no account, and no certificate', async () => {
    const id = await must('create ME --name hers --network none busybox true')
    await forget(id)
    const line = ['dockerrunctl', 'adopt', '--socket', gateSocket, 'hers']
    expect(await lab.exec(line, { as: 'alice' })).toMatchObject({
      status: 125,
      stderr: expect.stringContaining(`${gateSocket} may not be opened by you`),
    })
    const wish = { containers: ['hers'], isTrial: false }
    for (const path of ['/Dockerrun.Adopt', '/v1.41/Dockerrun.Adopt', '/plugins/gate-engine/Dockerrun.Adopt'])
      expect((await post(path, wish)).status).toBeGreaterThanOrEqual(403)
    expect(existsSync(recordOf(id))).toBe(false)
    expect(adoptions().filter(({ object }) => object === id)).toEqual([])
    await clear()
  })

  it('is told of a gate that is not there, and of a line that says two things', async () => {
    expect(await adopt('--socket', '/run/nosuch.sock')).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/no gate answers on \/run\/nosuch\.sock\n.*hint: /),
    })
    expect(await adopt('--all', 'x')).toMatchObject({ status: 125, stderr: expect.stringContaining('not both') })
  })
})
