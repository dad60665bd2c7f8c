/** POST /containers/{id}/exec and /exec/{id}/start: into one's own container, as oneself (DESIGN 4; THREATS 6.5). */
import { userField } from '../contract/identity.ts'
import type { Json } from '../contract/json.ts'
import { twoNumbers, objectToWorkingDir } from './checks.ts'
import type { Facts } from './facts.ts'
import type { FieldRules } from './fields.ts'

export const ownExec: FieldRules = {
  User: { check: objectToExecUser, why: 'names and missing parts are looked up in the image (M04)' },
  Privileged: { only: [false], why: 'a privileged process is root on the host' },
  WorkingDir: { check: objectToWorkingDir, why: "the kernel's folders are no working directory" },
  Env: { any: 'strings', why: 'read by what runs as the user' },
  Cmd: { any: 'strings', why: 'runs as the user' },
  Tty: { any: 'boolean', why: 'the streams of an own container' },
  AttachStdin: { any: 'boolean', why: 'the streams of an own container' },
  AttachStdout: { any: 'boolean', why: 'the streams of an own container' },
  AttachStderr: { any: 'boolean', why: 'the streams of an own container' },
  Detach: { any: 'boolean', why: 'the streams of an own container' },
  DetachKeys: { any: 'string', why: 'is for the terminal' },
  ConsoleSize: { check: twoNumbers, why: 'the terminal of the process' },
}

/** Remapped: root inside is nobody outside. */
export const remappedExec: FieldRules = {
  ...ownExec,
  User: { any: 'string', why: 'every id inside is a subordinate one outside' },
}

export const execStart: FieldRules = {
  Detach: { any: 'boolean', why: 'the streams of an own container' },
  Tty: { any: 'boolean', why: 'the streams of an own container' },
  ConsoleSize: { check: twoNumbers, why: 'the terminal of the process' },
}

/** Empty is the container's own user, which was the caller's when it was created. */
function objectToExecUser(value: Json | undefined, { caller }: Facts): string | undefined {
  if (caller.kind !== 'user') return 'only a user has a uid here'
  const own = userField(caller.account)
  return value === '' || value === own ? undefined : `must be ${own} or left out`
}
