/** One question of the engine, one answer. Pure core: decide(); this is the thin shell around it. */
import type { WireRequest, WireResponse } from '../contract/authz.ts'
import { explainHeader, explainPrefix } from '../contract/explain.ts'
import { Failure } from '../failure.ts'
import { decide } from '../policy/decide.ts'
import type { Caller, Facts } from '../policy/facts.ts'
import { buildExplanation } from '../policy/explanation.ts'
import { parseRequest, type Request } from '../policy/request.ts'
import { auditLine, type AuditPorts, type WriteAudit } from './audit.ts'
import type { AuditLine } from './audit-text.ts'
import { noteRequest, noteResponse } from './effects.ts'
import { mostObjections, shorten, type ExplainPorts } from './explain.ts'
import { gatherFacts, noFacts, settleFacts, type World } from './gather.ts'
import { type Builds, noteRootsRequest, noteRootsResponse, prepareBuild } from './roots-things.ts'

type Parsed = Request | { readonly why: string }

export type Ports = World &
  AuditPorts &
  Pick<ExplainPorts, 'sectionsOf'> & {
    readonly readCaller: (wire: WireRequest) => Promise<Caller>
    readonly writeAudit: WriteAudit
    readonly builds: Builds
    /** Hears of what should not happen. */
    readonly report: (error: unknown) => void
  }

/** Before the engine acts. When `deadline` has passed nothing is allowed or noted any more. */
export async function answerRequest(wire: WireRequest, ports: Ports, deadline?: AbortSignal): Promise<WireResponse> {
  let request: Parsed = { why: undecided }
  try {
    request = parseRequest(wire)
    const gathered = await gatherFacts(request, await ports.readCaller(wire), ports, deadline)
    if (asksWhy(wire)) return await explainInstead(request, settleFacts(gathered, request, ports), wire, ports)
    await prepareBuild(wire, gathered.caller, ports)
    deadline?.throwIfAborted()
    return answerWith(settleFacts(gathered, request, ports), request, wire, ports)
  } catch (error) {
    if (!(error instanceof Failure)) ports.report(error)
    const why = error instanceof Failure ? error.message : undecided
    const facts = settleFacts(noFacts({ kind: 'refused', why }), request, ports)
    writeLine(auditLine(wire, request, facts, decide(request, facts), ports), ports)
    return { Allow: false, Msg: why }
  }
}

/** As the engine hands names of headers on (net/http canonical form). */
const asksWhy = ({ RequestHeaders }: WireRequest): boolean => RequestHeaders?.[explainHeader] !== undefined

/** `dockerrun --explain`: nothing is done, whatever it would be, and who asked is who would do it. */
async function explainInstead(request: Parsed, facts: Facts, wire: WireRequest, ports: Ports): Promise<WireResponse> {
  const explanation = buildExplanation(request, facts, await ports.sectionsOf(facts.caller), mostObjections)
  const decision = { verdict: 'deny', rule: 'explain', why: `asked for a reason only: ${explanation.verdict}` } as const
  return writeLine(auditLine(wire, request, facts, decision, ports), ports)
    ? { Allow: false, Msg: `${explainPrefix}${JSON.stringify(shorten(explanation))}` }
    : { Allow: false, Msg: unrecorded }
}

const undecided = 'the gate could not decide; the administrator finds why in its log'

/** Without a wait: what it takes is noted and the line written before the answer, and what cannot be recorded is not permitted. */
function answerWith(facts: Facts, request: Parsed, wire: WireRequest, ports: Ports): WireResponse {
  const decision = decide(request, facts)
  if (decision.verdict === 'allow' && !('why' in request)) noteRequest(request, facts, ports)
  noteRootsRequest(wire, facts.caller, ports.builds, ports.now())
  const isRecorded = writeLine(auditLine(wire, request, facts, decision, ports), ports)
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

/** What the engine has done is recorded before its client hears of it. A throw keeps the client from hearing. */
export async function answerResponse(wire: WireRequest, ports: Ports): Promise<WireResponse> {
  const request = parseRequest(wire)
  const isNoted = 'operation' in request && changesRecords.test(request.operation)
  if (!isNoted && !maybeRoots.test(wire.RequestUri ?? '')) return { Allow: true }
  const caller = await ports.readCaller(wire)
  noteRootsResponse(wire, caller, ports.records, ports.builds)
  if (isNoted) await noteResponse(request, caller, wire, ports)
  return { Allow: true }
}

/** What administrators ask for in ways that are refused to users is noted too. */
const maybeRoots = /\/(?:build|containers\/create)(?:\?|$)/
const changesRecords = /^(?:Container|Network|Volume)(?:Create|Delete|Prune|Rename)$/
