/** One question of the engine, one answer. Pure core: decide(); this is the thin shell around it. */
import type { WireRequest, WireResponse } from '../contract/authz.ts'
import { parseJson } from '../contract/json.ts'
import { Failure } from '../failure.ts'
import { decide } from '../policy/decide.ts'
import type { Caller, Facts } from '../policy/facts.ts'
import { isObject } from '../policy/fields.ts'
import { findBinds } from '../policy/mounts.ts'
import { parseRequest, type Request } from '../policy/request.ts'
import { auditLine, type AuditLine, type WriteAudit } from './audit.ts'
import { gatherFacts, noFacts, settleFacts, type World } from './gather.ts'

type Parsed = Request | { readonly why: string }

export type Ports = World & {
  readonly readCaller: (wire: WireRequest) => Promise<Caller>
  readonly writeAudit: WriteAudit
  /** Hears of what should not happen. */
  readonly report: (error: unknown) => void
}

/** Before the engine acts. When `deadline` has passed nothing is allowed or noted any more. */
export async function answerRequest(wire: WireRequest, ports: Ports, deadline?: AbortSignal): Promise<WireResponse> {
  const request = parseRequest(wire)
  try {
    const gathered = await gatherFacts(request, await ports.readCaller(wire), ports, deadline)
    deadline?.throwIfAborted()
    return answerWith(settleFacts(gathered, ports.records), request, wire, ports)
  } catch (error) {
    if (!(error instanceof Failure)) ports.report(error)
    const why = error instanceof Failure ? error.message : undecided
    const facts = settleFacts({ ...noFacts, caller: { kind: 'refused', why } }, ports.records)
    writeLine(auditLine(wire, request, facts, decide(request, facts), ports.now()), ports)
    return { Allow: false, Msg: why }
  }
}

const undecided = 'the gate could not decide; the administrator finds why in its log'

/** Without a wait: the phase is noted and the line written before the answer, and what cannot be recorded is not permitted. */
function answerWith(facts: Facts, request: Parsed, wire: WireRequest, ports: Ports): WireResponse {
  const decision = decide(request, facts)
  if (decision.verdict === 'allow') notePhase(request, facts, ports)
  const isRecorded = writeLine(auditLine(wire, request, facts, decision, ports.now()), ports)
  if (decision.verdict === 'deny') return { Allow: false, Msg: decision.why }
  return isRecorded || goesOnUnrecorded(request, facts.caller) ? { Allow: true } : { Allow: false, Msg: unrecorded }
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
const goesOnUnrecorded = (request: Parsed, caller: Caller): boolean =>
  caller.kind === 'administrator' ||
  ('operation' in request && ['ContainerStop', 'ContainerKill', 'ContainerDelete'].includes(request.operation))

/** A container is read or run, never both: noted before the engine is allowed to do either. */
function notePhase(request: Parsed, { container }: Facts, { records }: Ports): void {
  if ('why' in request || container === undefined) return
  if (request.operation === 'ContainerStart') records.put({ ...container, phase: 'started' })
  if (request.operation === 'ContainerArchive' || request.operation === 'ContainerArchiveInfo')
    records.put({ ...container, phase: 'probed' })
}

/**
 * After the engine acted, before its client hears of it: the id of a new container is recorded as its owner's. The
 * engine repeats the request it asked about (moby pkg/authorization/authz.go), so nothing need be kept in between.
 */
export async function answerResponse(wire: WireRequest, ports: Ports): Promise<WireResponse> {
  const request = parseRequest(wire)
  if ('why' in request || request.operation !== 'ContainerCreate' || wire.ResponseStatusCode !== 201)
    return { Allow: true }
  const caller = await ports.readCaller(wire)
  if (caller.kind !== 'user') return { Allow: true }
  const answer = parseJson(Buffer.from(wire.ResponseBody ?? '', 'base64'))
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
