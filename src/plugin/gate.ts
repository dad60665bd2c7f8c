/** Puts gate 1 together and on its socket. */
import { randomUUID } from 'node:crypto'
import { readAccount } from '../host/accounts.ts'
import { openEngine, type Engine } from '../host/engine.ts'
import { isLoopback } from '../host/loopback.ts'
import type { Policy } from '../policy/policy-file.ts'
import { rememberAccounts } from './accounts.ts'
import type { Ports } from './answer.ts'
import { openAudit } from './audit.ts'
import { readCaller } from './caller.ts'
import { listen } from './listen.ts'
import { openLook } from './paths.ts'
import { openRecordStore } from './record-store.ts'
import { Records } from './records.ts'
import { createGate } from './server.ts'
import { readPolicy, type Settings } from './settings.ts'
import { openStop } from './stop.ts'

const sweepEvery = 5 * 60_000

export type Gate = {
  /** Settles when what was being asked has its answer, or after five seconds. */
  readonly close: () => Promise<void>
  readonly reload?: () => void
}

/** Listens when it resolves. `program` is the command line of dockerrun-look. `report` hears of errors, and of a policy that is not in force. */
export async function openGate(
  settings: Settings,
  program: readonly [string, ...string[]],
  report: (error: unknown) => void,
): Promise<Gate> {
  const policy = policyOrNone(settings.policy, report)
  const records = new Records(openRecordStore(settings.state))
  const audit = openAudit(settings.audit)
  const { look, close } = openLook(program)
  const ownAgent = `dockerrun-authz/${randomUUID()}`
  const engine = openEngine(settings.engine, ownAgent)
  const lookUp = rememberAccounts(readAccount, Date.now)
  const ports: Ports = {
    engine,
    records,
    now: Date.now,
    lookAtPaths: look,
    isLoopback,
    registries: policy?.registries,
    writeAudit: audit.write,
    report,
    readCaller: async (wire) => {
      const caller = await readCaller(wire, { administrators: policy?.administrators ?? [], lookUp, ownAgent })
      const isClosed = policy === undefined && caller.kind === 'user'
      return isClosed
        ? { kind: 'refused', why: 'the policy file is broken: nothing is permitted until the administrator mends it' }
        : caller
    },
  }
  const server = createGate(ports)
  const stop = openStop(server)
  await listen(server, settings)
  const sweeper = setInterval(() => void sweep(engine, records).catch(report), sweepEvery)
  sweeper.unref()
  return {
    close: async () => {
      clearInterval(sweeper)
      await stop()
      audit.close()
      close()
    },
  }
}

/** At start a broken policy denies users everything; root goes on (DESIGN 7). */
function policyOrNone(file: string, report: (error: unknown) => void): Policy | undefined {
  try {
    return readPolicy(file)
  } catch (error) {
    report(error)
    return undefined
  }
}

/** Forgets containers that are gone. The list is asked for after the records were listed, so no new one is missed. */
async function sweep(engine: Engine, records: Records): Promise<void> {
  const recorded = records.ids
  const living = await engine.listContainers()
  for (const id of recorded) if (!living.has(id)) records.drop(id, Date.now())
}
