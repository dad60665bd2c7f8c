/** One question of the engine, one answer. Pure core: decide(); this is the thin shell around it. */
import type { WireRequest, WireResponse } from '../contract/authz.ts'
import { readJson } from '../contract/json.ts'
import { decide } from '../policy/decide.ts'
import type { Caller } from '../policy/facts.ts'
import { isObject } from '../policy/fields.ts'
import { findBinds } from '../policy/mounts.ts'
import { readRequest, type Request } from '../policy/request.ts'
import { auditLine, type AuditLine, type WriteAudit } from './audit.ts'
import { gatherFacts, settleFacts, type World } from './gather.ts'

export type Ports = World & {
  readonly findCaller: (wire: WireRequest) => Promise<Caller>
  readonly writeAudit: WriteAudit
  /** Hears of what should not happen. */
  readonly report: (error: unknown) => void
}

/** Before the engine acts. The audit line is written before the answer: what cannot be recorded is not permitted. */
export async function answerRequest(wire: WireRequest, ports: Ports): Promise<WireResponse> {
  const request = readRequest(wire)
  const gathered = await gatherFacts(request, await ports.findCaller(wire), ports)
  const facts = settleFacts(gathered, ports.records)
  const decision = decide(request, facts)
  const isRecorded = writeLine(auditLine(wire, request, facts, decision, ports.now()), ports)
  if (decision.verdict === 'deny') return { Allow: false, Msg: decision.why }
  if (!isRecorded && !goesOnUnrecorded(request, facts.caller)) return { Allow: false, Msg: unrecorded }
  if (facts.caller.kind === 'user' && facts.container !== undefined && !('why' in request))
    notePhase(request, facts.container.id, ports)
  return { Allow: true }
}

const unrecorded =
  'the audit log cannot be written, and what cannot be recorded is not permitted: tell the administrator'

function writeLine(line: AuditLine, { writeAudit, report }: Ports): boolean {
  try {
    writeAudit(line)
    return true
  } catch (error) {
    report(error)
    return false
  }
}

/** With the log's disk full, the administrator can still mend it, and anyone can end what they run (DESIGN 9). */
const goesOnUnrecorded = (request: Request | { readonly why: string }, caller: Caller): boolean =>
  caller.kind === 'administrator' ||
  ('operation' in request && ['ContainerStop', 'ContainerKill', 'ContainerDelete'].includes(request.operation))

/** A container is read or run, never both: noted before the engine is allowed to do either. */
function notePhase({ operation }: Request, id: string, { records }: Ports): void {
  const record = records.get(id)
  if (record === undefined) return
  if (operation === 'ContainerStart') records.put({ ...record, phase: 'started' })
  if (operation === 'ContainerArchive' || operation === 'ContainerArchiveInfo')
    records.put({ ...record, phase: 'probed' })
}

/**
 * After the engine acted, before its client hears of it: the id of a new container is recorded as its owner's. The
 * engine repeats the request it asked about (moby pkg/authorization/authz.go), so nothing need be kept in between.
 */
export async function answerResponse(wire: WireRequest, ports: Ports): Promise<WireResponse> {
  const request = readRequest(wire)
  if ('why' in request || request.operation !== 'ContainerCreate' || wire.ResponseStatusCode !== 201)
    return { Allow: true }
  const caller = await ports.findCaller(wire)
  if (caller.kind !== 'user') return { Allow: true }
  const answer = readJson(Buffer.from(wire.ResponseBody ?? '', 'base64'))
  const id = 'value' in answer && isObject(answer.value) ? answer.value.get('Id') : undefined
  if (typeof id !== 'string' || request.body.kind !== 'json' || !isObject(request.body.value))
    throw new Error('the engine did not say which container it made')
  const image = request.body.value.get('Image')
  ports.records.put({
    id,
    name: request.query.get('name') ?? '',
    uid: caller.account.uid,
    login: caller.account.login,
    image: typeof image === 'string' ? image : '',
    binds: findBinds(request.body.value).map(({ source, readOnly, nonRecursive }) => ({
      source,
      readOnly,
      nonRecursive,
    })),
    phase: 'created',
  })
  return { Allow: true }
}
