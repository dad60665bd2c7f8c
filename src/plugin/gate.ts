/** Puts gate 1 together and on its socket. */
import { randomUUID } from 'node:crypto'
import { dirname, join } from 'node:path'
import { readAccount, readGroupId, readGroupNames } from '../host/accounts.ts'
import { Failure } from '../failure.ts'
import { openEngine } from '../host/engine.ts'
import { isLoopback } from '../host/loopback.ts'
import type { Caller } from '../policy/facts.ts'
import { emptyPolicy, findSections, mergeGrants, type Policy } from '../policy/grants.ts'
import { rememberAccounts } from './accounts.ts'
import type { Ports } from './answer.ts'
import { openAudit } from './audit-file.ts'
import { readCaller, readUser } from './caller.ts'
import { openCertificates } from './certificates.ts'
import type { ExplainPorts } from './explain.ts'
import { rememberGroupIds } from './group-ids.ts'
import { listen } from './listen.ts'
import { openLook } from './paths.ts'
import { openPolicy } from './policy-source.ts'
import { openRecordStore } from './record-store.ts'
import { Records } from './records.ts'
import { Builds } from './roots-things.ts'
import { openRuntime } from './runtime.ts'
import { createGate } from './server.ts'
import type { Settings } from './settings.ts'
import { openStop } from './stop.ts'
import { sweepRecords } from './sweep.ts'

const sweepEvery = 5 * 60_000

export type Gate = {
  /** Reads the policy anew, and leaves an audit log that another program has put away. */
  readonly reload: () => void
  /** Settles when what was being asked has its answer, or after five seconds. */
  readonly close: () => Promise<void>
}

/** Listens when it resolves. `program` is the command line of dockerrun-look. `report` hears of errors, and of a policy that is not in force. */
export async function openGate(
  settings: Settings,
  program: readonly [string, ...string[]],
  report: (error: unknown) => void,
): Promise<Gate> {
  const policy = openPolicy(settings.policy, report)
  const records = new Records(openRecordStore(settings.state))
  const audit = openAudit(settings.audit, () => (policy.get() ?? emptyPolicy).audit, report)
  const { look, close } = openLook(program)
  const ownAgent = `dockerrun-authz/${randomUUID()}`
  const engine = openEngine(settings.engine, ownAgent)
  const lookUp = rememberAccounts(readAccount, Date.now)
  const groupIds = rememberGroupIds(readGroupId, Date.now)
  const { readCertificate, serialOf } = openCertificates(
    () => policy.get()?.revoked ?? join(dirname(settings.policy), 'pki/revoked.jsonl'),
    report,
  )
  const sectionsOf: ExplainPorts['sectionsOf'] = async (caller) => {
    const inForce = policy.get() ?? emptyPolicy
    return findSections(inForce, caller, await groupIds(inForce))
  }
  const grantsOf: Ports['grantsOf'] = async (caller) =>
    mergeGrants((await sectionsOf(caller)).map(({ section }) => section))
  const builds = new Builds()
  const runtime = openRuntime(settings, {
    engine,
    records,
    builds,
    lookUp,
    groupNames: readGroupNames,
    now: Date.now,
    writeAudit: audit.write,
    report,
    grantsOf: async (caller) => {
      if (policy.get() === undefined) throw new Failure('settings', brokenPolicy, { hint: 'mend it' })
      return await grantsOf(caller)
    },
  })
  const ports: Ports & ExplainPorts = {
    engine,
    records,
    builds,
    prepareRuntime: runtime.prepare,
    now: Date.now,
    lookAtPaths: look,
    isLoopback,
    writeAudit: audit.write,
    serialOf,
    recordsValues: () => policy.get()?.audit.environment === true,
    report,
    sectionsOf,
    grantsOf,
    readUser: async (login) => {
      const inForce = policy.get()
      const named = inForce ?? emptyPolicy
      const caller = await readUser(login, { policy: named, lookUp, groupIds: () => groupIds(named) })
      return closed(inForce, caller)
    },
    readCaller: async (wire) => {
      const inForce = policy.get()
      const named = inForce ?? emptyPolicy
      const caller = await readCaller(wire, {
        policy: settings.isAnonymous ? { ...named, socket: 'anonymous' } : named,
        lookUp,
        groupIds: () => groupIds(named),
        readCertificate,
        now: Date.now,
        ownAgent,
      })
      return closed(inForce, caller)
    },
  }
  const server = createGate(ports)
  const stop = openStop(server)
  await runtime.listen()
  await listen(server, settings)
  const sweeper = setInterval(() => void sweepRecords(ports).catch(report), sweepEvery)
  sweeper.unref()
  return {
    reload: () => {
      policy.reload()
      audit.reopen()
      runtime.forget()
    },
    close: async () => {
      clearInterval(sweeper)
      policy.close()
      await stop()
      // Last: a request that was allowed may start a container, which asks there.
      await runtime.close()
      audit.close()
      close()
    },
  }
}

/** Without a policy only administrators get on. */
const closed = (policy: Policy | undefined, caller: Caller): Caller =>
  policy === undefined && caller.kind !== 'administrator' ? { kind: 'refused', why: brokenPolicy } : caller

const brokenPolicy = 'the policy file is broken: nothing is permitted until the administrator mends it'
