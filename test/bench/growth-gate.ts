/** A gate whose state and policy were there before it starts, asked at its socket as the engine asks: one question at a time. */
import { Agent } from 'node:http'
import { openRecordStore } from '../../src/plugin/record-store.ts'
import type { ContainerRecord } from '../../src/policy/facts.ts'
import { makeGate } from '../support/gate.ts'
import { askGateway, type Question } from '../support/questions.ts'
import { findProcess, readResident } from './memory.ts'
import { type Place, socketOf } from './place.ts'
import { median } from './statistics.ts'

export type GrowthGate = AsyncDisposable & {
  /** The median of some decisions (microseconds), each of which must be to allow. */
  readonly decide: (question: Question) => Promise<number>
  /** From its start until it has answered for the first time (microseconds). */
  readonly startTime: number
  readonly resident: () => number
}

const decisions = 25

/** In front of no engine; it asks the one that has no gate. */
export async function startGrowthGate(
  { lab, namespace, engines }: Place,
  { name, policy = '', records = [] }: { name: string; policy?: string; records?: readonly ContainerRecord[] },
): Promise<GrowthGate> {
  const folder = `/run/lab/growth/${name}`
  const socket = socketOf(name)
  const gate = makeGate(namespace, {
    plugin: name,
    folder,
    engine: `unix://${engines.none.socket}`,
    policy,
    runtimeSocket: `${folder}/runtime.sock`,
  })
  const store = openRecordStore(lab.path(`${folder}/state`))
  for (const record of records) store.saveContainer(record)

  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = async (question: Question) => {
    const start = performance.now()
    const answer = await askGateway(lab.path(socket), question, agent)
    const time = (performance.now() - start) * 1000
    if (!answer.Allow) throw new Error(`the gate ${name} refuses: ${JSON.stringify(answer)}`)
    return time
  }
  const start = performance.now()
  await gate.start()
  await ask({ path: '/AuthZPlugin.AuthZReq', wire: { RequestMethod: 'GET', RequestUri: '/_ping' } })
  const startTime = (performance.now() - start) * 1000
  return {
    decide: async (question) => {
      const times: number[] = []
      while (times.length < decisions) times.push(await ask(question))
      return median(times)
    },
    startTime,
    resident: () => readResident(namespace, findProcess(namespace, socket)),
    [Symbol.asyncDispose]: async () => {
      agent.destroy()
      await gate.stop()
    },
  }
}
