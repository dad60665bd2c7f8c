/** Every failure that was foreseen: what happened, what the user can do now, and the exit status (docker's: 125 ours). */
export type FailureCode =
  | 'usage'
  | 'engine-unreachable'
  | 'engine-refused'
  | 'engine-failed'
  | 'not-found'
  | 'not-executable'
  | 'certificate'
  | 'account'
  | 'image'
  | 'mount'
  | 'settings'

export class Failure extends Error {
  readonly code: FailureCode
  readonly hint: string
  readonly status: number

  constructor(code: FailureCode, message: string, options: { hint: string; status?: number }) {
    super(message)
    this.name = 'Failure'
    this.code = code
    this.hint = options.hint
    this.status = options.status ?? 125
  }
}
