/** What this gate would answer, and why: asked by root on its own socket. Nothing is recorded, reserved or noted. */
import type { WireRequest } from '../contract/authz.ts'
import { Failure } from '../failure.ts'
import type { Caller } from '../policy/facts.ts'
import { buildExplanation, type Explanation } from '../policy/explanation.ts'
import { mergeGrants, type Named, type Section } from '../policy/grants.ts'
import { parseRequest } from '../policy/request.ts'
import { gatherFacts, settleFacts, type World } from './gather.ts'

export type ExplainPorts = World & {
  /** As with a good certificate in this name. */
  readonly readUser: (login: string) => Promise<Caller>
  /** The sections of the policy in force that speak for a caller, the closest first. */
  readonly sectionsOf: (caller: Caller) => Promise<readonly Named<Section>[]>
}

export type Answer = Explanation & {
  readonly caller: { readonly kind: Caller['kind']; readonly uid?: number; readonly groups?: readonly number[] }
}

export const mostObjections = 32
const longestText = 1024

export async function explainRequest(wire: WireRequest, ports: ExplainPorts, deadline: AbortSignal): Promise<Answer> {
  const request = parseRequest(wire)
  const caller = await ports.readUser(wire.User ?? '')
  const sections = await ports.sectionsOf(caller)
  const world = { ...ports, grantsOf: async () => mergeGrants(sections.map(({ section }) => section)) }
  try {
    const facts = settleFacts(await gatherFacts(request, caller, world, deadline), request, ports)
    return { ...shorten(buildExplanation(request, facts, sections, mostObjections)), caller: whoIs(caller) }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { message: why } = error
    const denial = { verdict: 'deny', rule: 'request', why, operation: 'Unknown', object: '' } as const
    return { ...shorten({ ...denial, objections: [why], sections: [] }), caller: whoIs(caller) }
  }
}

function whoIs(caller: Caller): Answer['caller'] {
  if (caller.kind !== 'user') return { kind: caller.kind }
  const { uid, groups } = caller.account
  return { kind: 'user', uid, groups: groups.slice(0, 1024).map(({ gid }) => gid) }
}

/** Names and values of the request are in what is said of it, and a request may be large. */
export const shorten = (explanation: Explanation): Explanation => ({
  ...explanation,
  object: cut(explanation.object),
  why: cut(explanation.why),
  objections: explanation.objections.map(cut),
  sections: explanation.sections.slice(0, 64).map(({ key, section }) => ({ key: cut(key), section: cut(section) })),
})

const cut = (text: string): string => (text.length > longestText ? `${text.slice(0, longestText)}...` : text)
