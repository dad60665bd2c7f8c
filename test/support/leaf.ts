/** Certificates of any name, serial and time, as the engine shows them to a gate. Signed by nobody: the engine looks at that. */
// oxlint-disable-next-line import/no-unassigned-import -- a polyfill that the library needs before it is loaded
import 'reflect-metadata'
import { type JsonNameParams, Name, X509CertificateGenerator } from '@peculiar/x509'

export type LeafWishes = {
  readonly commonNames?: readonly string[]
  /** Hexadecimal. */
  readonly serialNumber?: string
  readonly notBefore?: Date
  readonly notAfter?: Date
}

/** In base64 of PEM. */
export async function makeLeaf({
  commonNames = ['alice'],
  serialNumber = '0123456789abcdef',
  notBefore = new Date('2000-01-01T00:00:00Z'),
  notAfter = new Date('2999-01-01T00:00:00Z'),
}: LeafWishes = {}): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const name: JsonNameParams = commonNames.map((utf8String) => ({ CN: [{ utf8String }] }))
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber,
    name: new Name(name),
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    keys: await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']),
  })
  return Buffer.from(certificate.toString('pem')).toString('base64')
}
