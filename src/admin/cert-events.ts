/** Tells the running gate what was done with certificates: its audit log has one writer, which knows rotation and syslog. */
import { lstat } from 'node:fs/promises'
import type { CertificateEvent } from '../contract/certificate-event.ts'
import { Failure } from '../failure.ts'
import { askGate } from './gate-call.ts'
import type { Issue } from './pki.ts'
import type { Revoked } from './revoke.ts'

/** none: there is no gate on this host, as on that of a site's CA, or it is stopped. failed: there is one, and it has not recorded it. */
export type Telling = { readonly kind: 'recorded' } | { readonly kind: 'none' | 'failed'; readonly why: string }

export async function tellGate(socket: string, events: readonly CertificateEvent[]): Promise<Telling> {
  if (events.length === 0) return { kind: 'recorded' }
  try {
    const isThere = await lstat(socket).catch(() => undefined)
    if (isThere === undefined) return { kind: 'none', why: `there is no gate on ${socket}` }
    const answer = await askGate(socket, '/Dockerrun.Certificates', events)
    if (isRecorded(answer, events.length)) return { kind: 'recorded' }
    return { kind: 'failed', why: 'the gate could not write its audit log, or is an older one: see its log' }
  } catch (error) {
    if (error instanceof Failure) return { kind: 'failed', why: error.message }
    throw error
  }
}

const isRecorded = (answer: unknown, count: number): boolean =>
  typeof answer === 'object' && answer !== null && 'recorded' in answer && answer.recorded === count

export const issueEvent = (issue: Issue): CertificateEvent => ({
  operation: 'CertificateIssue',
  serial: issue.serial,
  notAfter: issue.notAfter,
  by: issue.by,
  ...(issue.kind === 'client' ? { login: issue.login, uid: issue.uid } : { names: issue.names }),
})

export const revokedEvent = ({ serial, login }: Omit<Revoked, 'isNew'>, by: number): CertificateEvent => ({
  operation: 'CertificateRevoke',
  serial,
  by,
  ...(login === undefined ? {} : { login }),
})
