/** The policy in force: read at the start, and again when the file changes or when asked to (DESIGN 7). */
import { Failure } from '../failure.ts'
import { onFileChange } from '../host/file-changes.ts'
import { readRootsFile } from '../host/roots-file.ts'
import { emptyPolicy, type Policy } from '../policy/grants.ts'
import { parsePolicy } from '../policy/policy-file.ts'

export type PolicySource = {
  /** Undefined while there was never a good one: users are then denied everything. */
  readonly get: () => Policy | undefined
  /** Reads the file now, changed or not. */
  readonly reload: () => void
  readonly close: () => void
}

/** An absent file is the empty policy. What is broken is reported, and what was in force stays in force. */
export function openPolicy(file: string, report: (error: unknown) => void): PolicySource {
  let policy: Policy | undefined
  const load = () => {
    try {
      const next = readPolicy(file)
      if (next === emptyPolicy && policy !== undefined && policy !== emptyPolicy) report(isGone(file))
      policy = next
    } catch (error) {
      report(policy === undefined ? error : staysInForce(error))
    }
  }
  // Watched first: what changes while it is read is read again.
  const close = onFileChange(file, load)
  load()
  return { get: () => policy, reload: load, close }
}

function readPolicy(file: string): Policy {
  const text = readRootsFile(file)
  if (text === undefined) return emptyPolicy
  const policy = parsePolicy(text)
  if ('why' in policy)
    throw new Failure('settings', `${file}: ${policy.why}`, {
      hint: 'mend the file; until there is a good policy users are denied everything',
    })
  return policy
}

const isGone = (file: string): Failure =>
  new Failure('settings', `${file} is gone: an empty policy is in force now`, {
    hint: 'if that is not what you want, put the file back: dockerrun-policy(5)',
  })

function staysInForce(error: unknown): unknown {
  if (!(error instanceof Failure)) return error
  return new Failure(error.code, `${error.message}: the policy of before stays in force`, {
    hint: 'mend the file, and look at it with dockerrunctl policy check',
  })
}
