/** The shapes of a rule and of what comes of it. A rule is data with its reason. */
import type { FieldRules } from './fields.ts'
import type { Facts } from './facts.ts'
import type { Request } from './request.ts'

/** What is wrong with a request, for its sender: a field or object, the reason, the way out. */
export type Objection = string

/** Checks of the query parameters an operation may have; any other is refused. Absent ones are checked where `required`. */
export type QueryRules = Readonly<Record<string, { readonly check: QueryCheck; readonly required?: true }>>
export type QueryCheck = (value: string | undefined, facts: Facts) => Objection | undefined

export type Rule =
  | { readonly verdict: 'deny'; readonly why: string }
  | {
      readonly verdict: 'check'
      /** Whose object the path names: the caller's own, or one that is nobody's in particular. */
      readonly on?: 'own container' | 'own exec'
      readonly query: QueryRules
      /** Fields of the JSON body; 'none' where a body would be a second reading (THREATS 4.2). */
      readonly body: FieldRules | 'none'
      /** What no single field shows. */
      readonly also?: (request: Request, facts: Facts) => Objection | undefined
      readonly why: string
    }

export type Decision = {
  readonly verdict: 'allow' | 'deny'
  /** Which rule spoke: an operationId, or the check before any operation. */
  readonly rule: string
  readonly why: string
}
