import { describe, it } from 'vitest'
import { recordCertificates } from '../../../src/plugin/certificate-events.ts'
import type { AuditLine } from '../../../src/plugin/audit-text.ts'

const issued = { operation: 'CertificateIssue', serial: '01A0', login: 'alice', uid: 2001, notAfter: 'then', by: 2001 }
const ports = () => {
  const lines: AuditLine[] = []
  return { lines, now: () => 0, writeAudit: (line: AuditLine) => void lines.push(line) }
}

describe('what was done with certificates', () => {
  it('is a line each, under the login whose they are', ({ expect }) => {
    const { lines, ...rest } = ports()
    const revoked = { operation: 'CertificateRevoke', serial: 'C', by: 0 }
    expect(recordCertificates([issued, revoked], rest)).toEqual({ recorded: 2 })
    expect(lines).toMatchObject([
      { time: '1970-01-01T00:00:00.000Z', user: 'alice', operation: 'CertificateIssue', object: '01A0', by: 2001 },
      { user: 'root', operation: 'CertificateRevoke', object: 'C', by: 0, verdict: 'allow' },
    ])
    expect(new Set(lines.map(({ id }) => id)).size).toBe(2)
  })

  it('is not said to be recorded where the log cannot be written', ({ expect }) => {
    const writeAudit = () => {
      throw new Error('disk full')
    }
    expect(() => recordCertificates([issued], { now: () => 0, writeAudit })).toThrow('disk full')
  })

  it.for([
    undefined,
    null,
    issued,
    [issued, null],
    [{ ...issued, operation: 'ContainerCreate' }],
    [{ ...issued, serial: 1 }],
    [{ ...issued, login: 1 }],
    [{ ...issued, by: '0' }],
  ])('is not guessed at from %j, and none of it is written', (events, { expect }) => {
    const { lines, ...rest } = ports()
    expect(() => recordCertificates(events, rest)).toThrow('not readable')
    expect(lines).toEqual([])
  })
})
