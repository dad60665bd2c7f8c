import { X509Certificate, createPrivateKey } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { createAuthority } from '../../../src/admin/authority.ts'
import { issueServer } from '../../../src/admin/issue-server.ts'
import { makeFolder } from '../../support/folder.ts'

const now = new Date('2030-01-01T12:00:00Z')

describe('the certificate of an engine', () => {
  it('answers to all its names, as a server only, and is on record', async ({ expect }) => {
    using folder = makeFolder()
    const dir = folder.path
    await createAuthority({ dir, days: 100, hostname: 'node7', now })
    const names = ['node7.cluster', '10.1.2.3', 'fd00::7']
    const { serial } = await issueServer({ dir, names, days: 20, hostname: 'node7', by: 0, now })
    const certificate = new X509Certificate(await readFile(join(dir, 'server', 'cert.pem')))
    const authority = new X509Certificate(await readFile(join(dir, 'ca.pem')))
    expect(certificate.checkIssued(authority) && certificate.verify(authority.publicKey)).toBe(true)
    for (const name of ['localhost', 'node7', 'node7.cluster']) expect(certificate.checkHost(name)).toBe(name)
    for (const address of ['127.0.0.1', '::1', '10.1.2.3', 'fd00::7'])
      expect(certificate.checkIP(address)).toBe(address)
    expect(certificate.checkHost('node8')).toBeUndefined()
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect(certificate.ca).toBe(false)
    expect(new Date(certificate.validTo)).toEqual(new Date('2030-01-21T12:00:00Z'))
    expect(certificate.checkPrivateKey(createPrivateKey(await readFile(join(dir, 'server', 'key.pem'))))).toBe(true)
    expect((await stat(join(dir, 'server', 'key.pem'))).mode & 0o777).toBe(0o600)
    expect(certificate.serialNumber).toBe(serial)
    expect((await stat(join(dir, 'issued.jsonl'))).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(join(dir, 'issued.jsonl'), 'utf8'))).toEqual({
      time: '2030-01-01T12:00:00.000Z',
      kind: 'server',
      serial,
      names: ['localhost', '127.0.0.1', '::1', 'node7', ...names],
      notAfter: '2030-01-21T12:00:00.000Z',
      by: 0,
    })
  })

  it('is good no longer than its CA, and not made by one that has expired', async ({ expect }) => {
    using folder = makeFolder()
    const dir = folder.path
    await createAuthority({ dir, days: 5, hostname: 'node7', now })
    const order = { dir, names: [], days: 20, hostname: 'node7', by: 0 }
    expect((await issueServer({ ...order, now })).notAfter).toEqual(new Date('2030-01-06T12:00:00Z'))
    const later = new Date('2030-01-06T12:00:00Z')
    await expect(issueServer({ ...order, now: later })).rejects.toMatchObject({ code: 'certificate' })
  })
})
