// oxlint-disable-next-line import/no-unassigned-import -- a polyfill that the library needs before it is loaded
import 'reflect-metadata'
import { X509Certificate, createPrivateKey, generateKeyPairSync, type webcrypto } from 'node:crypto'
import { Pkcs10CertificateRequestGenerator, PemConverter } from '@peculiar/x509'
import { describe, it } from 'vitest'
import { authorityProfile, clientProfile } from '../../../src/admin/profiles.ts'
import {
  generateKeys,
  makeRequest,
  readAuthority,
  parseRequest,
  signAuthority,
  signCertificate,
  writeKey,
} from '../../../src/admin/x509.ts'

const validity = { notBefore: new Date('2030-01-01T00:00:00Z'), notAfter: new Date('2060-01-01T00:00:00Z') }

async function makeAuthority() {
  const keys = await generateKeys()
  const { pem } = await signAuthority(keys, { commonName: 'CA', validity, extensions: authorityProfile() })
  return readAuthority(pem, await writeKey(keys))
}

const issue = async (commonName: string) => {
  const publicKey = await parseRequest(await makeRequest(await generateKeys()))
  const { pem } = await signCertificate(await makeAuthority(), {
    commonName,
    publicKey,
    validity,
    extensions: clientProfile(),
  })
  return new X509Certificate(pem)
}

describe('a client certificate', () => {
  /** DER of the common name: UTF8String, its length, its bytes. Go hands exactly these bytes to gate 1. */
  it.for([
    'alice',
    'user@dom.ain',
    'DOM\\user',
    'm\u00fcller',
    '#0c0561',
    'a,CN=root',
    'a+CN=root',
    '"root"',
    ' a ',
    'a=b',
    '<x>',
    'x'.repeat(120),
  ])('has exactly the login %j as its only common name', async (login, { expect }) => {
    const { raw } = await issue(login)
    const bytes = Buffer.from(login)
    const name = Buffer.concat([Buffer.from([0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, bytes.length]), bytes])
    expect(raw.includes(name)).toBe(true)
    // The subject's and the issuer's.
    expect(raw.toString('latin1').split('\x06\x03\x55\x04\x03')).toHaveLength(3)
  })

  it('is for a client only, with a critical digitalSignature and no power to sign', async ({ expect }) => {
    const certificate = await issue('alice')
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
    expect(certificate.ca).toBe(false)
    expect(certificate.raw.includes(Buffer.from('0603551d0f0101ff040403020780', 'hex'))).toBe(true)
    expect(certificate.subjectAltName).toBeUndefined()
    expect(new Date(certificate.validTo)).toEqual(validity.notAfter)
  })
})

describe('a certificate request', () => {
  it('says nothing about who is asking: name and wishes in it are not looked at', async ({ expect }) => {
    const keys = await generateKeys()
    const request = await Pkcs10CertificateRequestGenerator.create({
      keys,
      name: 'CN=root',
      extensions: authorityProfile(),
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    })
    const publicKey = await parseRequest(request.toString('pem'))
    const { pem } = await signCertificate(await makeAuthority(), {
      commonName: 'alice',
      publicKey,
      validity,
      extensions: clientProfile(),
    })
    const certificate = new X509Certificate(pem)
    expect([certificate.subject, certificate.ca]).toEqual(['CN=alice', false])
  })

  const p384 = { name: 'ECDSA', namedCurve: 'P-384' }
  const rsa = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 1024,
    publicExponent: new Uint8Array([1, 0, 1]),
  }
  it.for([
    { name: 'another curve', algorithm: p384 },
    { name: 'a short RSA key', algorithm: rsa },
  ])('with $name is refused', async ({ algorithm }, { expect }) => {
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const request = await Pkcs10CertificateRequestGenerator.create({
      keys,
      signingAlgorithm: { ...algorithm, hash: 'SHA-256' },
    })
    await expect(parseRequest(request.toString('pem'))).rejects.toMatchObject({ code: 'certificate' })
  })

  const ec = (namedCurve: string) => ({ name: 'ECDSA', namedCurve })
  it.for([
    { name: 'P-256', algorithm: ec('P-256'), isGood: true },
    { name: 'P-384', algorithm: ec('P-384'), isGood: true },
    { name: 'P-521', algorithm: ec('P-521'), isGood: false },
    { name: 'Ed25519', algorithm: { name: 'Ed25519' }, isGood: true },
    { name: 'RSA of 3072 bits', algorithm: { ...rsa, modulusLength: 3072 }, isGood: true },
    { name: 'RSA of 2048 bits', algorithm: { ...rsa, modulusLength: 2048 }, isGood: false },
    { name: 'RSA of 1024 bits', algorithm: rsa, isGood: false },
  ])(
    'made elsewhere may have a key of a kind that is good: $name, $isGood',
    async ({ algorithm, isGood }, { expect }) => {
      const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
      const request = await Pkcs10CertificateRequestGenerator.create({
        keys,
        signingAlgorithm: { ...algorithm, hash: 'SHA-256' },
      })
      const parsed = parseRequest(request.toString('pem'), 'any good')
      if (!isGood) return await expect(parsed).rejects.toMatchObject({ message: expect.stringContaining('too weak') })
      const { pem } = await signCertificate(await makeAuthority(), {
        commonName: 'alice',
        publicKey: await parsed,
        validity,
        extensions: clientProfile(),
      })
      const key = createPrivateKey({
        key: Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)),
        format: 'der',
        type: 'pkcs8',
      })
      expect(new X509Certificate(pem).checkPrivateKey(key)).toBe(true)
    },
  )

  it("for somebody else's key is refused: the sender must hold it", async ({ expect }) => {
    const [mine, theirs] = [await makeRequest(await generateKeys()), generateKeyPairSync('ec', { namedCurve: 'P-256' })]
    const der = Buffer.from(PemConverter.decodeFirst(mine))
    const point = theirs.publicKey.export({ type: 'spki', format: 'der' }).subarray(-65)
    const at = der.indexOf(Buffer.from('034200', 'hex')) + 3
    const forged = Buffer.concat([der.subarray(0, at), point, der.subarray(at + 65)])
    for (const kinds of ['ours', 'any good'] as const)
      await expect(parseRequest(PemConverter.encode(forged, 'CERTIFICATE REQUEST'), kinds)).rejects.toMatchObject({
        message: 'the certificate request is not signed with its own key',
      })
  })

  it.for(['', 'x', '{}', '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----'])(
    'cannot be %j',
    async (text, { expect }) => {
      await expect(parseRequest(text)).rejects.toMatchObject({ code: 'certificate' })
    },
  )
})
