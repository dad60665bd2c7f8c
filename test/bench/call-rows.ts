/** What a call of the Engine API costs an ordinary user with a certificate: the time of many, divided by how many they were. */
import type { Engine } from '../support/engine.ts'
import { createBody } from '../support/requests.ts'
import { type Batch, type Caller, openCaller } from './caller.ts'
import { names, type Place } from './place.ts'
import type { Row, Rows } from './row.ts'

type Call = Pick<Batch, 'method' | 'path' | 'body'> & {
  readonly name: string
  readonly status: number
  readonly rounds: number
  /** How many make one sample. */
  readonly callsAt: (concurrency: number) => number
}

const { HostConfig, ...config } = createBody()
const body = JSON.stringify({ ...config, HostConfig: { ...HostConfig, NetworkMode: 'none' } })

const many = (concurrency: number): number => Math.max(100, concurrency * 2)

const calls: readonly Call[] = [
  {
    name: 'GET /_ping',
    method: 'GET',
    path: '/_ping',
    status: 200,
    rounds: 15,
    callsAt: many,
  },
  {
    name: 'GET /containers/json',
    method: 'GET',
    path: '/containers/json?all=1',
    status: 200,
    rounds: 15,
    callsAt: many,
  },
  {
    name: 'POST /containers/create',
    method: 'POST',
    path: '/containers/create',
    body,
    status: 201,
    rounds: 7,
    callsAt: (concurrency) => Math.max(32, concurrency * 2),
  },
]
const concurrencies = [1, 16, 64] as const
/** What a list has to tell. */
const listed = 10

export async function* callRows({ lab, engines }: Place): Rows {
  await using none = openCaller(lab, engines.none, 'alice')
  await using noop = openCaller(lab, engines.noop, 'alice')
  await using ours = openCaller(lab, engines.ours, 'alice')
  const sides = [
    { name: names.none, engine: engines.none, caller: none },
    { name: names.noop, engine: engines.noop, caller: noop },
    { name: names.ours, engine: engines.ours, caller: ours },
  ]
  for (const { caller } of sides)
    await caller.call({ method: 'POST', path: '/containers/create', body, calls: listed, concurrency: 1 })
  for (const call of calls) for (const concurrency of concurrencies) yield rowOf(call, concurrency, sides)
}

type Side = { readonly name: string; readonly engine: Engine; readonly caller: Caller }

function rowOf({ name, rounds, callsAt, ...call }: Call, concurrency: number, sides: readonly Side[]): Row {
  const count = callsAt(concurrency)
  let turn = 0
  const sampleOf =
    ({ engine, caller }: Side) =>
    async () => {
      const { method, path, status } = call
      const batch = { method, path, ...(call.body === undefined ? {} : { body: call.body }), calls: count, concurrency }
      const { microseconds, statuses, ids, connections } = await caller.call(batch)
      if (statuses.some((each) => each !== status)) throw new Error(`${name}: answered with ${statuses.join(', ')}`)
      // The first turn of each side opens them.
      if (turn++ >= sides.length && connections > 0)
        throw new Error(`${name}: ${connections} connections were not kept`)
      await remove(engine, ids)
      return microseconds / count
    }
  const variants = sides.map((side) => ({ name: side.name, sample: sampleOf(side) }))
  return { part: 'time per call', name: `${name}, ${concurrency} at a time`, unit: 'us', rounds, variants }
}

/** By root, and after the clock has stopped. */
async function remove(engine: Engine, ids: readonly string[]): Promise<void> {
  const left = [...ids]
  const removeOn = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const { status, body: text } = await engine.api({ method: 'DELETE', path: `/containers/${id}` })
      if (status !== 204) throw new Error(`a container was not removed: ${text}`)
    }
  }
  await Promise.all(Array.from({ length: 4 }, removeOn))
}
