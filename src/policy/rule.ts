/** The shapes of a rule and of what comes of it. A rule is data with its reason. */
import type { FieldRules } from './fields.ts'
import type { Facts } from './facts.ts'
import type { Request } from './request.ts'

/** What is wrong with a request, for its sender: a field or object, the reason, the way out. */
export type Objection = string

/** Checks of the query parameters an operation may have; any other is refused. Absent ones are checked where `required`. */
export type QueryRules = Readonly<Record<string, { readonly check: QueryCheck; readonly required?: true }>>
export type QueryCheck = (value: string | undefined, facts: Facts) => Objection | undefined

/** What the path names, where it is something that belongs to somebody. */
export type Kind = 'container' | 'exec' | 'network' | 'volume'

export type Rule = { readonly verdict: 'deny'; readonly why: string } | Checked

export type Checked = {
  readonly verdict: 'check'
  /** The path names one of these, and it must be the caller's own. */
  readonly on?: Kind
  readonly query: QueryRules
  /**
   * Fields of the JSON body; 'none' where a body would be a second reading (THREATS 4.2), 'hidden' where the engine never
   * shows it and reads nothing from it that a rule could be about.
   */
  readonly body: FieldRules | 'none' | 'hidden'
  /** The same for containers with remapped ids, where it differs. */
  readonly remapped?: FieldRules
  /** May the body be missing, or null? */
  readonly bodyless?: true
  /** What no single field shows: each is a rule of its own. */
  readonly also?: readonly Further[]
  readonly why: string
}

export type Further = (request: Request, facts: Facts) => Objection | undefined

export type Decision = {
  readonly verdict: 'allow' | 'deny'
  /** Which rule spoke: an operationId, or the check before any operation. */
  readonly rule: string
  readonly why: string
}
