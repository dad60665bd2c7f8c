/** Writes what root has done with certificates into the audit log: a line each, beside those of the requests made with them. */
import { randomUUID } from 'node:crypto'
import type { CertificateEvent, Recorded } from '../contract/certificate-event.ts'
import type { WriteAudit } from './audit.ts'
import { shorten } from './audit-text.ts'

export type EventPorts = {
  readonly now: () => number
  /** Throws where the line is not written. */
  readonly writeAudit: WriteAudit
}

/** Throws where they are none, or one of them cannot be written. */
export function recordCertificates(events: unknown, { now, writeAudit }: EventPorts): Recorded {
  if (!Array.isArray(events) || !events.every(isEvent))
    throw new Error('what was done with certificates is not readable')
  for (const { operation, serial, login, uid, names, notAfter, by } of events)
    writeAudit(
      shorten({
        time: new Date(now()).toISOString(),
        id: randomUUID(),
        user: login ?? 'root',
        uid,
        operation,
        object: serial,
        names,
        notAfter,
        by,
        verdict: 'allow',
        rule: 'certificate',
        why: reasons[operation],
      }),
    )
  return { recorded: events.length }
}

const reasons = {
  CertificateIssue: 'signed by the CA',
  CertificateRevoke: 'put on the list of revoked ones',
} as const satisfies Record<CertificateEvent['operation'], string>

/** Sent by root's own program: only what the line is made of is looked at. */
function isEvent(value: unknown): value is CertificateEvent {
  if (typeof value !== 'object' || value === null) return false
  const { operation, serial, login, by }: Readonly<Record<string, unknown>> = { ...value }
  const isKnown = operation === 'CertificateIssue' || operation === 'CertificateRevoke'
  return isKnown && typeof serial === 'string' && isTextOrNone(login) && typeof by === 'number'
}

const isTextOrNone = (value: unknown): boolean => value === undefined || typeof value === 'string'
