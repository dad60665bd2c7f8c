/** Gate 2's side of dockerrun-authz: answers dockerrun-runtime on a socket that only root may open. All that fails is a denial. */
import { createServer, type Server, type Socket } from 'node:net'
import { parseJson, writeJson, type Json } from '../contract/json.ts'
import { Failure } from '../failure.ts'
import type { ContainerRecord } from '../policy/facts.ts'
import { objectToBuilt, objectToReference } from '../policy/runtime-built.ts'
import { planExec } from '../policy/runtime-plan.ts'
import { create } from './create.ts'
import { openHands, type Hands } from './hands.ts'
import { gatherRuntimeFacts, nothingSeen, type RuntimeWorld } from './world.ts'

export type RuntimePorts = RuntimeWorld & {
  /** Throws where the line is not written. */
  readonly writeAudit: (line: Readonly<Record<string, unknown>>) => void
  readonly report: (error: unknown) => void
  readonly now: () => number
}

/** The engine waits for runc, so an end has to come. A folder may take ten seconds to open, and runc a few on a busy machine. */
const longest = 60_000

/** A server that is not listening yet. */
export const createRuntimeGate = (ports: RuntimePorts): Server =>
  createServer((socket) => {
    socket.on('error', () => {})
    socket.setTimeout(longest, () => socket.destroy())
    void answer(socket, ports).catch(ports.report)
  })

async function answer(socket: Socket, ports: RuntimePorts): Promise<void> {
  const hands = await openHands(socket)
  if (hands === undefined) return
  const record = ports.record(hands.call.id)
  try {
    const isAllowed = await decide(hands, record, ports)
    if (isAllowed === undefined) return
    hands.end(isAllowed)
  } catch (error) {
    if (!(error instanceof Failure)) ports.report(error)
    const why =
      error instanceof Failure ? error.message : 'gate 2 could not decide; the administrator finds why in its log'
    try {
      note(hands, record, why, ports)
    } catch (unwritten) {
      ports.report(unwritten)
    }
    hands.end('deny', why)
  }
}

/** The word that ends it. Throws a Failure for a denial. */
async function decide(
  hands: Hands,
  record: ContainerRecord | undefined,
  ports: RuntimePorts,
): Promise<string | undefined> {
  const { verb, id, shown } = hands.call
  const read = parseJson(shown, { unlimited: true })
  if (ports.isReference(id)) {
    if ('value' in read && verb === 'create') learn(id, read.value, ports)
    hands.end('deny', 'it only had to be shown to gate 2')
    return undefined
  }
  if (record?.owner === 0) return 'pass'
  if ('why' in read) throw refusal(`the engine's spec is not understood: ${read.why}`)
  if (record === undefined) return passBuilt(hands, read.value, ports)
  if (verb === 'exec') return await enter(hands, read.value, record, ports)
  await create(read.value, record, hands, ports)
  note(hands, record, undefined, ports)
  return 'done'
}

function learn(id: string, spec: Json, ports: RuntimePorts): void {
  const why = objectToReference(spec, id)
  if (why === undefined) ports.learn(id, spec)
  else ports.report(new Error(`the engine's own container is not as the gate asked for it: ${why}`))
}

function passBuilt(hands: Hands, spec: Json, ports: RuntimePorts): string {
  if (hands.call.verb !== 'create' || !ports.isBuilding())
    throw refusal('no record says whose container this is: an administrator can adopt it with dockerrunctl adopt')
  const reference = ports.reference()
  if (reference === undefined) throw refusal('gate 2 does not know yet what this engine gives a container: build again')
  const why = objectToBuilt(spec, hands.call.id, reference.spec)
  if (why !== undefined) throw refusal(`no record says whose container this is, and no build makes such: ${why}`)
  note(hands, undefined, undefined, ports)
  return 'pass'
}

async function enter(hands: Hands, process: Json, record: ContainerRecord, ports: RuntimePorts): Promise<string> {
  const facts = await gatherRuntimeFacts(record, nothingSeen, ports)
  const plan = planExec(process, facts, record.holdsGroups === true)
  if ('why' in plan) throw refusal(plan.why)
  await hands.must('', 'spec', writeJson(plan.process))
  note(hands, record, undefined, ports)
  return 'pass'
}

const refusal = (why: string): Failure =>
  new Failure('engine-refused', why, { hint: 'ask the administrator for what dockerrunctl audit says of it' })

/** One line per decision about a user's container; root's pass, and were recorded when they were asked for. */
function note(
  { call }: Hands,
  record: ContainerRecord | undefined,
  why: string | undefined,
  ports: RuntimePorts,
): void {
  ports.writeAudit({
    time: new Date(ports.now()).toISOString(),
    user: record?.login ?? '',
    ...(typeof record?.owner === 'number' ? { uid: record.owner } : {}),
    operation: call.verb === 'exec' ? 'RuntimeExec' : 'RuntimeCreate',
    object: call.id,
    verdict: why === undefined ? 'allow' : 'deny',
    rule: 'runtime',
    why:
      why ?? (record === undefined ? 'a build of an administrator makes it' : 'what will run is its user, and no more'),
  })
}
