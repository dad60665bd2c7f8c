/** Whose things are whose: what the gate remembers over restarts and its own upgrade, and what it forgets when things are gone. */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dockerOf, dockerWords, mustOf, rootDockerOf } from '../support/docker.ts'
import type { Engine } from '../support/engine.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { until } from '../support/until.ts'
import { startHoldingAnswers } from './held-answer.ts'

const policy = 'users: { bob: { limits: { containers: 2 } }, carol: { limits: { volumes: 2 } } }\n'

let lab: Lab
let engine: Engine
const docker = dockerOf(
  () => lab,
  () => engine,
)
const must = mustOf(docker)
const rootDocker = rootDockerOf(
  () => lab,
  () => engine,
)
const mustAsRoot = mustOf(rootDocker)

beforeAll(async () => {
  lab = await startLab()
  lab.account({ login: 'carol', uid: 2003, gid: 2003 })
  engine = await lab.engine({ name: 'engine', policy })
  await Promise.all(['alice', 'bob', 'carol'].map(engine.login))
})
afterAll(() => lab.stop())

const state = (path = '') => lab.path(`/run/lab/engines/engine/gate/state${path}`)
const recorded = (kind: string) => readdirSync(state(`/${kind}`))

const looks = [
  { what: 'container', line: 'inspect hers' },
  { what: 'network', line: 'network inspect hernet' },
  { what: 'volume', line: 'volume inspect herdata' },
] as const

const expectOwner = async (owner: 'alice' | 'root') => {
  for (const { what, line } of looks) {
    const refused = expect.stringContaining(`no such ${what} of yours`)
    expect((await docker(line)).stderr).toEqual(owner === 'alice' ? '' : refused)
    expect((await docker(line, { as: 'bob' })).stderr).toEqual(refused)
    expect((await rootDocker(line)).stderr).toBe('')
  }
}

describe('the things of alice', () => {
  beforeEach(async () => {
    await mustAsRoot('rm -f hers')
    for (const line of ['network rm hernet', 'volume rm -f herdata']) await rootDocker(line)
    await must('network create hernet')
    await must('volume create herdata')
    await must('create ME --name hers busybox sleep 1000')
    await expectOwner('alice')
  })

  it('are hers after a restart of the gate, and of the engine with it', async () => {
    await engine.gate.stop()
    await engine.gate.start()
    await expectOwner('alice')
    await engine.stop()
    await engine.gate.start()
    await engine.start()
    await expectOwner('alice')
    await must('start hers')
  })

  it("are root's where no record says otherwise, as what was there before the gate, and so are their names", async () => {
    await engine.gate.stop()
    rmSync(state(), { recursive: true })
    mkdirSync(state(), { mode: 0o700 })
    await engine.gate.start()
    await expectOwner('root')
    for (const as of ['alice', 'bob'])
      for (const { line, says } of [
        { line: 'volume create herdata', says: 'is in use' },
        { line: 'run ME -v herdata:/data busybox id', says: 'is in use' },
        { line: 'run ME --network hernet busybox id', says: 'that is no network of yours' },
        { line: 'network create hernet', says: 'is in use' },
        { line: 'run ME --name hers busybox id', says: 'in use' },
        { line: 'rm -f hers', says: 'no such container of yours' },
      ])
        expect(await docker(line, { as })).toMatchObject({ stderr: expect.stringContaining(says) })
  })

  it('are taken over from a gate whose state had no schema: the container is hers as before', async () => {
    const id = await must('inspect --format {{.Id}} hers')
    await engine.gate.stop()
    rmSync(state(), { recursive: true })
    mkdirSync(state('/containers'), { recursive: true, mode: 0o700 })
    const old = { id, name: 'hers', uid: 2001, login: 'alice', image: 'busybox', binds: [], phase: 'created' }
    writeFileSync(state(`/containers/${id}`), JSON.stringify(old))
    await engine.gate.start()
    expect(readFileSync(state('/schema'), 'utf8')).toBe('1\n')
    await must('start hers')
    expect(await must('exec hers id -u')).toBe('2001')
    expect((await docker('exec hers id -u', { as: 'bob' })).stderr).toContain('no such container of yours')
    await engine.gate.stop('SIGKILL')
    await engine.gate.start()
    await must('rm -f hers')
  })

  it.for(['2\n', 'x\n'])(
    'are not guessed at where the schema of the state is %j: the gate does not start',
    async (schema) => {
      const known = readFileSync(state('/schema'), 'utf8')
      await engine.gate.stop()
      writeFileSync(state('/schema'), schema)
      try {
        await expect(engine.gate.start()).rejects.toThrow(
          /the state was written by a newer dockerrun .*\n.*hint: install/,
        )
      } finally {
        writeFileSync(state('/schema'), known)
        await engine.gate.start()
      }
      await expectOwner('alice')
    },
  )

  it.for([
    { kind: 'containers', remove: 'rm -f hers', take: 'create ME --name hers busybox' },
    { kind: 'networks', remove: 'network rm hernet', take: 'network create hernet' },
    { kind: 'volumes', remove: 'volume rm herdata', take: 'volume create herdata' },
  ])(
    "that root removes ($kind) leave no record, and a name that is hers before it is another's",
    async ({ kind, remove, take }) => {
      const before = recorded(kind).length
      await mustAsRoot(remove)
      expect(recorded(kind)).toHaveLength(before - 1)
      expect((await docker(take, { as: 'bob' })).stderr).toContain('until a moment ago')
      await must(take)
      expect(recorded(kind)).toHaveLength(before)
    },
  )

  it('that the engine removes by itself (--rm) leave no record and no name either', async () => {
    await must('run --rm ME --name brief busybox true')
    expect((await docker('create ME --name brief busybox', { as: 'bob' })).stderr).toContain('until a moment ago')
    const ids = (await engine.containers()).map(({ Id }) => Id)
    expect(recorded('containers').toSorted()).toEqual(ids.toSorted())
    await must('create ME --name brief busybox')
    await must('rm brief')
  })
})

it.for([
  { what: 'containers that ended with --rm', as: 'bob', gone: 'run --rm ME busybox true', next: 'create ME busybox' },
  {
    what: 'volumes that went with their container',
    as: 'carol',
    gone: 'run --rm ME -v /x busybox true',
    next: 'volume create new',
  },
])('$what do not count for those who may have two', async ({ as, gone, next }) => {
  for (const _ of [1, 2]) await must(gone, { as })
  await must(next, { as })
})

describe('what the engine made while the gate died', () => {
  it.for([
    {
      what: 'container',
      path: '/containers/create?name=lost',
      make: 'create ME --name lost busybox',
      look: 'inspect lost',
      remove: 'rm lost',
    },
    {
      what: 'network',
      path: '/networks/create',
      make: 'network create lost',
      look: 'network inspect lost',
      remove: 'network rm lost',
    },
    {
      what: 'volume',
      path: '/volumes/create',
      make: 'volume create lost',
      look: 'volume inspect lost',
      remove: 'volume rm lost',
    },
  ])("is nobody's but root's, and its name is not lost: a $what", async ({ what, path, make, look, remove }) => {
    await engine.stop()
    const way = await startHoldingAnswers(lab, engine, path)
    const making = lab.spawn([engine.dockerCli, ...dockerWords(make)], { as: 'alice', env: engine.env('alice') })
    await until(() => way.hasHeld(), { what: 'the answer of the engine', log: engine.log })
    await way.kill()
    await engine.gate.start()
    expect(await making.done).toMatchObject({ status: 1, stdout: '' })
    await mustAsRoot(look)
    for (const as of ['alice', 'bob']) {
      expect((await docker(look, { as })).stderr).toContain(`no such ${what} of yours`)
      expect((await docker(remove, { as })).stderr).toContain(`no such ${what} of yours`)
    }
    expect((await docker(make)).stderr).toContain('in use')
    await mustAsRoot(remove)
    await must(make)
    await must(look)
    expect((await docker(look, { as: 'bob' })).stderr).toContain(`no such ${what} of yours`)
    await must(remove)
  })
})
