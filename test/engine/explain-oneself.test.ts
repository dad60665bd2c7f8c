/** dockerrun --explain: anyone asks gate 1, by way of the engine, what it would say of their own run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'

const policy = `
groups: {alice: {limits: {memory: 64m}}}
everyone: {networks: [none, own]}
`
let lab: Lab
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine', policy })
  await Promise.all(['alice', 'bob'].map(engine.login))
})
afterAll(() => lab.stop())

const explain = (as: string, ...argv: readonly string[]) =>
  lab.exec(['dockerrun', '--explain', ...argv], { as, env: engine.env(as) })

describe('a run that is explained', () => {
  it.for([
    {
      name: 'is allowed as it would be, and says which section granted it',
      as: 'alice',
      argv: ['-m', '32m', '--network', 'none', 'busybox', 'id'],
      says: /^allowed\n {2}a container may do .*\n(?: {2}policy: .*\n)* {2}policy: limits\.memory: groups\.alice$/m,
    },
    {
      name: 'is denied as it would be, with each reason and its way out',
      as: 'alice',
      argv: ['--network', 'host', 'busybox', 'id'],
      says: /^denied\n {2}HostConfig\.NetworkMode: policy grants these networks: none, own\n(?: {2}.*\n)* {2}.*Memory: policy grants up to 67108864 bytes: add --memory 67108864$/m,
    },
    {
      name: "is one's own: what holds for another does not",
      as: 'bob',
      argv: ['-m', '128m', '--network', 'none', 'busybox', 'id'],
      says: /^allowed\n/,
    },
  ])('$name', async ({ as, argv, says }) => {
    const { status, stdout, stderr } = await explain(as, ...argv)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(says)
    expect(await engine.containers()).toEqual([])
  })

  it('takes no name, and is in the audit log as what it was', async () => {
    const flags = ['--name', 'wanted', '--network', 'none']
    expect((await explain('bob', ...flags, 'busybox', 'id')).stdout).toMatch(/^allowed/)
    expect(await engine.containers()).toEqual([])
    expect(engine.gate.audit().findLast(({ user }) => user === 'bob')).toMatchObject({
      user: 'bob',
      operation: 'ContainerCreate',
      verdict: 'deny',
      rule: 'explain',
      why: 'asked for a reason only: allow',
    })
    const made = await lab.exec(['dockerrun', '-m', '32m', '--rm', ...flags, 'busybox', 'true'], {
      as: 'alice',
      env: engine.env('alice'),
    })
    expect(made).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  it('is done by nobody, whoever asks in this way', async () => {
    const headers = { 'X-Dockerrun-Explain': '1', 'Content-Type': 'application/json' }
    const answer = await engine.apiAs('alice', { method: 'DELETE', path: '/containers/none', headers })
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 403,
      body: expect.stringContaining('dockerrun-explains: {') as string,
    })
  })

  it('is explained by a gate alone', async () => {
    const bare = await lab.engine({ name: 'bare', gate: false })
    await bare.login('alice')
    const { status, stderr } = await lab.exec(['dockerrun', '--explain', '--name', 'made', 'busybox', 'true'], {
      as: 'alice',
      env: bare.env('alice'),
    })
    expect({ status, stderr }).toEqual({
      status: 125,
      stderr: expect.stringContaining('no gate explains itself there') as string,
    })
    expect(await bare.containers()).toEqual([])
    await bare.stop()
  })
})
