/** Gate 1 under load, and its end in the middle of it: nothing is lost, nothing is allowed unseen, nothing piles up. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callsOf } from '../support/calls.ts'
import type { Engine } from '../support/engine.ts'
import { gateUnit, startGateService, type GateService } from '../support/gate-service.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { askRounds } from '../support/load.ts'
import { createBody } from '../support/requests.ts'
import { until } from '../support/until.ts'

let lab: Lab
let gate: GateService
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  gate = await startGateService(lab)
  await gate.systemctl('start', gateUnit)
  engine = await lab.engine({ name: 'engine', gate: false, options: ['--authorization-plugin=dockerrun'] })
  await engine.login('alice')
})
afterAll(() => lab.stop())

const { post, order, clear } = callsOf(() => engine)

it('answers 20,000 mixed requests, 64 at a time, each as it should, records each, and holds no more memory than before', async () => {
  const lines = () => gate.audit().filter(({ user }) => user === 'alice' || user === '' || user === 'root').length
  const before = lines()
  const pid = await gate.pid()
  const rounds = await askRounds(lab, gate, engine, { total: 20_000, round: 1_000 })
  expect(rounds.flatMap(({ wrong }) => wrong)).toEqual([])
  // All but one in fourteen are requests; the others are of what the engine has done.
  expect(lines() - before).toBeGreaterThan((20_000 * 13) / 14 - 1)
  expect(await gate.pid()).toBe(pid)
  const least = (from: number, to: number) => Math.min(...rounds.slice(from, to).map(({ memory }) => memory))
  expect(least(-5, 20)).toBeLessThan(least(5, 10) * 1.1)
  await clear()
}, 120_000)

describe('in the middle of requests', () => {
  type Call = { readonly method: string; readonly path: string; readonly body?: string }
  const concurrency = 16
  const rounds = 5
  /** The statuses of alice's calls, which are taken in turn until `disturb` has been done five times, each with some in between. */
  const callWhile = async (requests: readonly Call[], disturb: () => Promise<void>): Promise<readonly number[]> => {
    const script = readFileSync(join(import.meta.dirname, '../support/many-calls.cjs'), 'utf8')
    const calls = lab.spawn(['node', '--eval', script], { as: 'alice', env: engine.env('alice') })
    calls.child.stdin.write(`${JSON.stringify({ requests, concurrency })}\n`)
    for (let round = 1; round <= rounds; round += 1) {
      const decided = gate.audit().length
      await until(() => gate.audit().length > decided + concurrency, { what: 'decisions' })
      await disturb()
    }
    calls.child.stdin.end()
    return JSON.parse((await calls.done).stdout) as readonly number[]
  }
  const allowedSince = (from: number, operation: string) =>
    gate
      .audit()
      .slice(from)
      .filter((line) => line['operation'] === operation && line['user'] === 'alice' && line['verdict'] === 'allow')

  it('a restart loses none: each waits, is decided by the next gate, and is recorded', async () => {
    const before = gate.audit().length
    const list = { method: 'GET', path: '/v1.41/containers/json' }
    const statuses = await callWhile([list], () => gate.systemctl('restart', gateUnit))
    const count = (wanted: number) => statuses.filter((status) => status === wanted).length
    expect(count(200) + count(403)).toBe(statuses.length)
    // One whose connection ends at the wrong moment is sent again by the engine, empty, and denied (T16).
    expect(count(403)).toBeLessThanOrEqual(rounds)
    expect(count(200)).toBeLessThanOrEqual(allowedSince(before, 'ContainerList').length)
  })

  it('kill -9 yields denials and errors alone, and no container that was not permitted; work goes on after it', async () => {
    const before = gate.audit().length
    const { HostConfig, ...config } = createBody()
    const calls = ['good', 'bad'].map((name) => ({
      method: 'POST',
      path: `/v1.41/containers/create?name=${name}-NUMBER`,
      body: JSON.stringify({ ...config, HostConfig: { ...HostConfig, Privileged: name === 'bad' } }),
    }))
    const statuses = await callWhile(calls, async () => {
      const pid = await gate.pid()
      await gate.signal('KILL')
      await gate.isReplaced(pid)
    })
    expect(statuses.filter((status) => ![201, 403, 500].includes(status))).toEqual([])
    expect(statuses.filter((status, index) => index % 2 === 1 && status === 201)).toEqual([])
    expect(statuses).toContain(201)
    const permitted = new Set(allowedSince(before, 'ContainerCreate').map((line) => line['name']))
    const made = (await engine.containers()).map(({ Names: [name = ''] }) => name.slice(1))
    expect(made.filter((name) => !permitted.has(name))).toEqual([])
    expect(made.length).toBeGreaterThanOrEqual(statuses.filter((status) => status === 201).length)

    const created = await post('/v1.41/containers/create?name=after', { ...createBody(), Cmd: ['sleep', '1000'] })
    expect(created).toMatchObject({ status: 201 })
    expect(await order('/containers/after/start')).toMatchObject({ status: 204 })
    await clear()
  })
})
