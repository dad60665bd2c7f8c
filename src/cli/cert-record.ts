/** Certificates go into the audit log too: what dockerrunctl does where that cannot be. */
import { issueEvent, revokedEvent, tellGate } from '../admin/cert-events.ts'
import type { Issue } from '../admin/pki.ts'
import type { Revoked } from '../admin/revoke.ts'
import { Failure } from '../failure.ts'
import { parseSettings } from '../plugin/settings.ts'
import { textOption } from './options.ts'
import { printable } from './report.ts'

/** Where the gate is asked; its own default. */
export const socketOption = {
  ...textOption,
  default: parseSettings([]).socket,
  describe: 'the gate that has the audit log',
}

/** Administrators go on without: they are not restricted, and issued.jsonl has it. */
export const announceAs =
  (socket: string) =>
  async (issue: Issue): Promise<void> => {
    const told = await tellGate(socket, [issueEvent(issue)])
    if (told.kind !== 'recorded') notice(`${told.why}: this is on record in issued.jsonl alone`)
  }

/** What a user does for themself and cannot be recorded is not done. Where there is no gate at all, issued.jsonl has it. */
export const announceSelf =
  (socket: string) =>
  async (issue: Issue): Promise<void> => {
    const told = await tellGate(socket, [issueEvent(issue)])
    if (told.kind === 'failed')
      throw new Failure('certificate', `what cannot be recorded is not issued: ${told.why}`, {
        hint: 'tell the administrator',
      })
  }

/** They are revoked already. */
export async function announceRevoked(socket: string, revoked: readonly Revoked[], by: number): Promise<void> {
  const events = revoked.filter(({ isNew }) => isNew).map((each) => revokedEvent(each, by))
  const told = await tellGate(socket, events)
  if (told.kind !== 'recorded') notice(`${told.why}: this is on record in revoked.jsonl alone`)
}

const notice = (line: string): void => void process.stderr.write(`dockerrunctl: ${printable(line)}\n`)
