/**
 * What becomes of a call on connections that nobody has used for a while: the caller keeps its own to the engine, and the engine its
 * own to the gate. Whoever closes one at the moment the other sends has lost the call. Around 5 s is where Node closes unless told
 * not to, and Go's clients and proxies have 30, 60 and 90.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { openCaller } from './caller.ts'
import { names, type Place } from './place.ts'
import type { Rows } from './row.ts'

const gaps = [0, 1, 2, 4.9, 4.95, 5, 5.05, 5.1, 6, 10, 15, 29.9, 30, 30.1, 45, 59.9, 60, 60.1, 65, 70]
const call = { method: 'GET', path: '/containers/json', calls: 1, concurrency: 1 } as const

/** Turn about would be twice the wait: all variants are asked at once, when the gap is over. */
export async function* idleRows({ lab, engines }: Place): Rows {
  await using none = openCaller(lab, engines.none, 'alice')
  await using noop = openCaller(lab, engines.noop, 'alice')
  await using ours = openCaller(lab, engines.ours, 'alice')
  const callers = [none, noop, ours]
  for (const caller of callers) await caller.call(call)
  for (const gap of gaps) {
    await pause(gap * 1000)
    const failures = await Promise.all(
      callers.map(async (caller) => {
        const { statuses, connections } = await caller.call(call)
        return statuses.every((status) => status === 200) && connections === 0 ? 0 : 1
      }),
    )
    yield {
      part: 'failures after a gap',
      name: `${gap} s`,
      unit: '',
      rounds: 1,
      variants: [names.none, names.noop, names.ours].map((name, index) => ({
        name,
        sample: () => Promise.resolve(failures[index] ?? 1),
      })),
    }
  }
}
