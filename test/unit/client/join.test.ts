/** --join: the container that the tasks of a step share, made and entered by any number of them at once. */
import { setImmediate as soon } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Api } from '../../../src/client/api.ts'
import { joiningBody, sharedBody, sharedName } from '../../../src/client/join-body.ts'
import { enterShared } from '../../../src/client/join-shared.ts'
import { parseRun } from '../../../src/client/run-request.ts'
import { Failure } from '../../../src/failure.ts'

const body = {
  Image: 'mpi',
  User: '2001:2001',
  Labels: { 'dockerrun.owner': 'ada' },
  Entrypoint: ['/bin/sh', '/.dockerrun/entrypoint.sh'],
  Cmd: ['/solver', '-x'],
  Env: ['PMIX_RANK=3', 'HOME=/home/ada'],
  WorkingDir: '/',
  Tty: true,
  OpenStdin: true,
  StdinOnce: true,
  AttachStdin: true,
  AttachStdout: true,
  AttachStderr: true,
  HostConfig: { AutoRemove: true, Mounts: [], ConsoleSize: [1, 2], Init: true },
}
const job = { id: '5', step: '0', cgroup: '/job_5' }

describe('the shared container', () => {
  it('has all that was asked for but what is one task’s own', () => {
    const shared = sharedBody(body)
    expect(shared).toMatchObject({ Image: 'mpi', User: '2001:2001', Tty: false, OpenStdin: false, AttachStdout: false })
    expect(shared['HostConfig']).toEqual({ AutoRemove: true, Mounts: [], Init: false })
    expect(shared['Healthcheck']).toEqual({ Test: ['NONE'] })
    expect(Object.keys(shared)).not.toEqual(expect.arrayContaining(['Env']))
    expect(JSON.stringify(shared)).not.toMatch(/solver|PMIX_RANK/)
  })

  it('cannot be made of an image without a shell', () => {
    expect(() => sharedBody({ ...body, Entrypoint: undefined })).toThrow('this image has no /bin/sh')
  })

  it('has one name for all tasks that ask for the same', () => {
    const name = (other: Readonly<Record<string, unknown>> = {}, image = 'sha256:1', node = 'n1', step = '0') =>
      sharedName(sharedBody({ ...body, ...other }), { ...job, step }, image, node)
    expect(name()).toMatch(/^dockerrun-5-0-[0-9a-f]{12}$/)
    expect(name({ Env: ['PMIX_RANK=4'], Cmd: ['/other'], Tty: false })).toBe(name())
    const others = [
      name({ HostConfig: { Memory: 1 } }),
      name({ User: '2002:2002' }),
      name({}, 'sha256:2'),
      name({}, undefined, 'n2'),
      name({}, undefined, undefined, 'batch'),
    ]
    expect(new Set([name(), ...others]).size).toBe(6)
  })

  it('is entered through the entrypoint, with the task’s own variables', () => {
    expect(joiningBody(body, undefined, [24, 80])).toEqual({
      User: '2001:2001',
      Cmd: ['/bin/sh', '/.dockerrun/entrypoint.sh', '/solver', '-x'],
      Env: body.Env,
      Tty: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      ConsoleSize: [24, 80],
    })
  })
})

describe('an option that is one container’s alone', () => {
  it.for(['--name x', '-d', '--cidfile x', '--as-is', '--restart no'])('%s is refused with --join', (line) => {
    expect(() => parseRun(['--join', ...line.split(' '), 'img'])).toThrow('conflicting options: --join and --')
  })
})

/** An engine that keeps one container by its name, and counts; each answer takes a while. `lives`: how many execs until it ends. */
const openFake = ({
  lives = Infinity,
  gate = false,
  starts = 204,
}: { lives?: number; gate?: boolean; starts?: number } = {}) => {
  const counts = { made: 0, starts: 0, execs: 0 }
  let present: { id: string; isRunning: boolean; lives: number } | undefined
  const answer = (status: number, value: unknown = {}) => ({
    status,
    headers: {},
    body: Buffer.from(JSON.stringify(value)),
  })
  const create = () => {
    if (present !== undefined)
      return gate
        ? answer(403, {
            message: 'authorization denied by plugin g: ContainerCreate: name: the container name n is in use',
          })
        : answer(409, { message: 'Conflict' })
    counts.made += 1
    present = { id: `c${counts.made}`, isRunning: false, lives }
    return answer(201, { Id: present.id })
  }
  const start = () => {
    if (present === undefined) return answer(404, { message: 'No such container' })
    if (starts >= 400) {
      present = undefined
      return answer(starts, { message: 'cannot be started' })
    }
    if (present.isRunning) return answer(304)
    counts.starts += 1
    present.isRunning = true
    return answer(204)
  }
  const exec = () => {
    if (present !== undefined && present.lives <= 0) present = undefined
    if (present === undefined) return answer(409, { message: 'is not running' })
    present.lives -= 1
    counts.execs += 1
    return answer(201, { Id: `e${counts.execs}` })
  }
  const reply: Api['reply'] = async (method, path) => {
    for (let steps = Math.random() * 5; steps > 0; steps -= 1) await soon()
    if (path === '/containers/create') return create()
    if (path.endsWith('/start')) return start()
    if (path.endsWith('/exec')) return exec()
    return present === undefined ? answer(404) : answer(200, { Id: present.id, State: { Running: present.isRunning } })
  }
  const unused = () => Promise.reject(new Error('not asked for'))
  return { counts, api: { version: 45, reply, ask: unused, open: unused, hijack: unused } satisfies Api }
}

const wish = { query: { name: 'n' }, shared: {}, exec: {} }
const enter = async (api: Api) => await enterShared(api, wish, new AbortController().signal)
const all = async (api: Api) => await Promise.all(Array.from({ length: 64 }, async () => await enter(api)))

describe('64 tasks at once', () => {
  it.for([
    { name: 'where the engine tells that the name is taken', gate: false },
    { name: 'where the gate tells it', gate: true },
  ])('make one container, start it once, and are all in it, $name', async ({ gate }) => {
    const { api, counts } = openFake({ gate })
    const entered = await all(api)
    expect(counts).toEqual({ made: 1, starts: 1, execs: 64 })
    expect(new Set(entered.map(({ id }) => id))).toEqual(new Set(['c1']))
    expect(new Set(entered.map(({ path }) => path)).size).toBe(64)
  })

  it('begin again where it ends under them', async () => {
    const { api, counts } = openFake({ lives: 40 })
    await all(api)
    expect(counts).toEqual({ made: 2, starts: 2, execs: 64 })
  })
})

describe('a task', () => {
  it('is told why the container cannot be started, and does not try again', async () => {
    const { api, counts } = openFake({ starts: 400 })
    await expect(enter(api)).rejects.toThrow('cannot be started')
    expect(counts.made).toBe(1)
  })

  it('gives up where the container ends as soon as it has started', async () => {
    const { api, counts } = openFake({ lives: 0 })
    await expect(enter(api)).rejects.toThrow('ends as soon as it has started')
    expect(counts.made).toBe(4)
  })

  it('is denied at once what policy does not grant', async () => {
    const { api } = openFake()
    const denied = {
      status: 403,
      headers: {},
      body: Buffer.from('{"message":"authorization denied by plugin g: Image: no"}'),
    }
    await expect(enter({ ...api, reply: () => Promise.resolve(denied) })).rejects.toThrow(Failure)
  })
})
