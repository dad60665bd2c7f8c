/** dockerrunctl's side and the gate's meet on a socket: what was done with certificates gets into the log, or it is said why not. */
import { createServer } from 'node:http'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { issueEvent, revokedEvent, tellGate } from '../../../src/admin/cert-events.ts'
import { createGate } from '../../../src/plugin/server.ts'
import { listen } from '../../support/listening.ts'
import { makeFolder } from '../../support/folder.ts'
import { gate } from '../../support/world.ts'

const openGate = async (change: Parameters<typeof gate>[1] = {}) => {
  const { ports, audit } = gate([], { report: () => {}, ...change })
  const readUser = async () => ({ kind: 'refused', why: '' }) as const
  return { audit, ...(await listen(createGate({ ...ports, readUser, sectionsOf: async () => [] }))) }
}

const common = { time: 'now', notAfter: 'then', by: 2001 }
const events = [
  issueEvent({ kind: 'client', serial: '01A0', login: 'alice', uid: 2001, ...common }),
  issueEvent({ kind: 'server', serial: '01B0', names: ['node7'], ...common }),
  revokedEvent({ serial: 'C' }, 0),
]

describe('what was done with certificates', () => {
  it('is recorded by the gate that runs', async ({ expect }) => {
    using place = await openGate()
    expect(await tellGate(place.socket, events)).toEqual({ kind: 'recorded' })
    expect(place.audit).toMatchObject([
      { operation: 'CertificateIssue', user: 'alice', uid: 2001, object: '01A0', notAfter: 'then', by: 2001 },
      { operation: 'CertificateIssue', user: 'root', object: '01B0', names: ['node7'] },
      { operation: 'CertificateRevoke', user: 'root', object: 'C', by: 0 },
    ])
  })

  it('is not, and that is said, where its log cannot be written', async ({ expect }) => {
    const writeAudit = () => {
      throw new Error('disk full')
    }
    using place = await openGate({ writeAudit })
    expect(await tellGate(place.socket, events)).toMatchObject({ kind: 'failed' })
  })

  it('is not where the gate knows of no certificates, as an older one', async ({ expect }) => {
    using place = await listen(createServer((_, response) => response.end('{"Allow":false,"Msg":"what is that"}')))
    expect(await tellGate(place.socket, events)).toMatchObject({ kind: 'failed' })
  })

  it('is not where nobody is behind the socket, or on this host', async ({ expect }) => {
    using folder = makeFolder()
    const socket = join(folder.path, 'gate.sock')
    expect(await tellGate(socket, events)).toMatchObject({ kind: 'none' })
    writeFileSync(socket, '')
    expect(await tellGate(socket, events)).toMatchObject({ kind: 'failed' })
  })

  it('is nothing to ask a gate about where it is nothing', async ({ expect }) => {
    expect(await tellGate('/nosuch', [])).toEqual({ kind: 'recorded' })
  })
})
