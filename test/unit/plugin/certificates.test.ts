import { describe, it } from 'vitest'
import { findObjection } from '../../../src/plugin/certificates.ts'
import { type Leaf, parseLeaf, rememberLeaves } from '../../../src/plugin/leaf.ts'
import { aliceCertificate } from '../../fixtures/alice-certificate.ts'
import { makeLeaf } from '../../support/leaf.ts'

const [from, until] = [Date.UTC(2030, 0, 1), Date.UTC(2030, 0, 31)]
const leaf: Leaf = { serial: '01AB', key: '1AB', commonName: 'alice', from, until }

describe('a certificate', () => {
  it.for<{ name: string; revoked?: readonly string[]; now?: number; why: string | undefined }>([
    { name: 'is good from its first moment', now: from, why: undefined },
    { name: 'is good up to its last second', now: until, why: undefined },
    { name: 'is not good a moment earlier', now: from - 1, why: 'is not valid before 2030-01-01T00:00:00.000Z' },
    { name: 'is not good a moment later', now: until + 1, why: 'expired on 2030-01-31T00:00:00.000Z: get a new one' },
    { name: 'is not good when its serial is on the list', revoked: ['2', '1AB'], why: 'was revoked: get a new one' },
    { name: 'is good when only others are on the list', revoked: ['2', '01AB', '1ABC'], why: undefined },
  ])('$name', ({ revoked = [], now = from, why }, { expect }) => {
    const objection = findObjection(leaf, 'alice', new Set(revoked), now)
    if (why === undefined) expect(objection).toBeUndefined()
    else expect(objection).toContain(`the certificate (serial 01AB) ${why}`)
  })

  it.for([undefined, 'bob', 'Alice', 'alice '])(
    "is not good when the engine says alice and it says %j, or nobody's name",
    (commonName, { expect }) => {
      expect(findObjection({ ...leaf, commonName }, 'alice', new Set(), from)).toContain('is not the one of alice')
    },
  )

  it('is not good while the list of revoked ones cannot be used, and says why', ({ expect }) => {
    expect(findObjection(leaf, 'alice', { why: 'line 3 names no serial' }, from)).toContain('line 3 names no serial')
  })
})

describe('what the engine shows of a connection', () => {
  it.for(['alice', 'user@dom.ain', 'DOM\\user', 'm\u00fcller', 'a,CN=root', 'CN=root', '#0c0561', 'x'.repeat(120)])(
    'has the name %j as it is in the certificate',
    async (name, { expect }) => {
      expect(parseLeaf(await makeLeaf({ commonNames: [name] }))).toMatchObject({ commonName: name })
    },
  )

  it.for([
    { name: 'none', commonNames: [] },
    { name: 'two', commonNames: ['bob', 'alice'] },
  ])('has no name where the certificate has $name', async ({ commonNames }, { expect }) => {
    expect(parseLeaf(await makeLeaf({ commonNames }))).toMatchObject({ commonName: undefined })
  })

  it.for([
    { serialNumber: '00ab', serial: 'AB', key: 'AB' },
    { serialNumber: '05', serial: '05', key: '5' },
    { serialNumber: '00ff', serial: 'FF', key: 'FF' },
  ])('has the serial $serialNumber, asked for as $key', async ({ serialNumber, serial, key }, { expect }) => {
    expect(parseLeaf(await makeLeaf({ serialNumber }))).toMatchObject({ serial, key })
  })

  it('has both ends of its time, far ones too', async ({ expect }) => {
    const notBefore = new Date('1980-02-29T12:34:56Z')
    const notAfter = new Date('9999-12-31T23:59:59Z')
    expect(parseLeaf(await makeLeaf({ notBefore, notAfter }))).toMatchObject({ from: +notBefore, until: +notAfter })
  })

  it.for([
    '',
    'x',
    '!!',
    Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----').toString('base64'),
  ])('is unreadable: %j', (text, { expect }) => {
    expect(parseLeaf(text)).toBe('unreadable')
  })

  it('is read once for each certificate, and of a chain the first', ({ expect }) => {
    const readLeaf = rememberLeaves()
    const first = readLeaf({ RequestPeerCertificates: [aliceCertificate] })
    expect(first).toMatchObject({ commonName: 'alice' })
    expect(readLeaf({ RequestPeerCertificates: [aliceCertificate, 'x'] })).toBe(first)
    expect(readLeaf({ RequestPeerCertificates: ['x', aliceCertificate] })).toBe('unreadable')
    expect([readLeaf({}), readLeaf({ RequestPeerCertificates: [] })]).toEqual([undefined, undefined])
  })

  it('is remembered for the 4,096 certificates that were seen last', ({ expect }) => {
    const readLeaf = rememberLeaves()
    const first = readLeaf({ RequestPeerCertificates: [aliceCertificate] })
    let others = 0
    const see = (count: number) => {
      for (const end = others + count; others < end; others += 1) readLeaf({ RequestPeerCertificates: [`${others}`] })
    }
    see(4_095)
    expect(readLeaf({ RequestPeerCertificates: [aliceCertificate] })).toBe(first)
    see(4_095)
    expect(readLeaf({ RequestPeerCertificates: [aliceCertificate] })).toBe(first)
    see(4_096)
    expect(readLeaf({ RequestPeerCertificates: [aliceCertificate] })).not.toBe(first)
  })
})
