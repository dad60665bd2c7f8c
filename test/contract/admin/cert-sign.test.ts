/** A request of another host: made with a key that stays there, signed for whom the command line says. */
// oxlint-disable-next-line import/no-unassigned-import -- a polyfill that the library needs before it is loaded
import 'reflect-metadata'
import { X509Certificate, createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } from '@peculiar/x509'
import { describe, it } from 'vitest'
import { createAuthority } from '../../../src/admin/authority.ts'
import { requestCertificate } from '../../../src/admin/cert-request.ts'
import { signRequest, type SignOrder } from '../../../src/admin/cert-sign.ts'
import type { Issue } from '../../../src/admin/pki.ts'
import { authorityProfile } from '../../../src/admin/profiles.ts'
import { generateKeys } from '../../../src/admin/x509.ts'
import { makeFolder } from '../../support/folder.ts'
import { alice } from '../../support/requests.ts'

const now = new Date('2030-01-01T12:00:00Z')

async function makeSite() {
  const folder = makeFolder()
  const dir = join(folder.path, 'site')
  await createAuthority({ dir, days: 100, hostname: 'site', now })
  const announced: Issue[] = []
  const announce = async (issue: Issue) => void announced.push(issue)
  return {
    dir,
    there: join(folder.path, 'there'),
    announced,
    record: () => readFileSync(join(dir, 'issued.jsonl'), 'utf8'),
    sign: (change: Pick<SignOrder, 'request' | 'subject'> & Partial<SignOrder>) =>
      signRequest({ dir, days: 20, by: 7, now, announce, ...change }),
    [Symbol.dispose]: folder[Symbol.dispose],
  }
}

/** What somebody would send who wants to be more. */
const greedy = async (): Promise<string> =>
  (
    await Pkcs10CertificateRequestGenerator.create({
      keys: await generateKeys(),
      name: 'CN=root',
      extensions: [
        ...authorityProfile(),
        new SubjectAlternativeNameExtension([{ type: 'dns', value: 'node8.cluster' }]),
      ],
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    })
  ).toString('pem')

describe('a request that is signed', () => {
  it("becomes an engine's certificate with the names that are given, and no other", async ({ expect }) => {
    using site = await makeSite()
    const { pem, issue } = await site.sign({
      request: await greedy(),
      subject: { names: ['node7.cluster', '10.1.2.3'] },
    })
    const certificate = new X509Certificate(pem)
    const authority = new X509Certificate(readFileSync(join(site.dir, 'ca.pem')))
    expect(certificate.checkIssued(authority) && certificate.verify(authority.publicKey)).toBe(true)
    expect([certificate.subject, certificate.ca, certificate.keyUsage]).toEqual([
      'CN=node7.cluster',
      false,
      ['1.3.6.1.5.5.7.3.1'],
    ])
    const names = ['localhost', '127.0.0.1', '::1', 'node7.cluster', '10.1.2.3']
    expect(certificate.subjectAltName?.split(', ')).toHaveLength(names.length)
    for (const name of ['localhost', 'node7.cluster']) expect(certificate.checkHost(name)).toBe(name)
    for (const address of ['127.0.0.1', '::1', '10.1.2.3']) expect(certificate.checkIP(address)).toBe(address)
    expect(issue).toMatchObject({ kind: 'server', names, serial: certificate.serialNumber, by: 7 })
    expect(JSON.parse(site.record())).toEqual(issue)
    expect(site.announced).toEqual([issue])
  })

  it("becomes a user's certificate with that login, and no other name", async ({ expect }) => {
    using site = await makeSite()
    const { pem, issue } = await site.sign({ request: await greedy(), subject: { holder: alice } })
    const { subject, subjectAltName, ca, keyUsage, validTo } = new X509Certificate(pem)
    expect([subject, subjectAltName, ca, keyUsage]).toEqual(['CN=alice', undefined, false, ['1.3.6.1.5.5.7.3.2']])
    expect(new Date(validTo)).toEqual(new Date('2030-01-21T12:00:00Z'))
    expect(issue).toMatchObject({ kind: 'client', login: 'alice', uid: alice.uid })
  })

  it.for([
    { name: 'is no request', request: 'x', message: 'cannot be read' },
    { name: 'has no name that can be in a certificate', request: undefined, message: 'invalid name: no name' },
  ])('is not, and not on record, where it $name', async ({ request, message }, { expect }) => {
    using site = await makeSite()
    const order = { request: request ?? (await greedy()), subject: { names: ['no name'] as const } }
    await expect(site.sign(order)).rejects.toMatchObject({ message: expect.stringContaining(message) })
    expect(site.record).toThrow('ENOENT')
  })
})

describe('a key for a request', () => {
  it('is made once, its owner alone can read it, and it is used again', async ({ expect }) => {
    using site = await makeSite()
    const first = await requestCertificate(site.there, 0o755)
    expect(first).toMatchObject({ key: join(site.there, 'key.pem'), isNew: true })
    expect(statSync(first.key).mode & 0o777).toBe(0o600)
    expect(readdirSync(site.there)).toEqual(['key.pem'])
    const second = await requestCertificate(site.there, 0o755)
    expect(second.isNew).toBe(false)
    const key = createPrivateKey(readFileSync(first.key))
    for (const { pem: request } of [first, second]) {
      const { pem } = await site.sign({ request, subject: { holder: alice } })
      expect(new X509Certificate(pem).checkPrivateKey(key)).toBe(true)
    }
  })

  it.for([
    {
      name: 'of another kind',
      text: () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
    },
    { name: 'that is none', text: () => 'kept' },
  ])('$name is left alone', async ({ text }, { expect }) => {
    using folder = makeFolder()
    const file = join(folder.path, 'key.pem')
    writeFileSync(file, text())
    const before = readFileSync(file, 'utf8')
    await expect(requestCertificate(folder.path, 0o755)).rejects.toMatchObject({ code: 'certificate' })
    expect(readFileSync(file, 'utf8')).toBe(before)
  })
})
