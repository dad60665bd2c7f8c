/**
 * Keys, requests and certificates: the only file that knows the library. @peculiar/x509 because it is kept, pure TypeScript, has
 * PKCS#10 and extensions, and works on node's own webcrypto: no shell-out to openssl, no configuration file of openssl's in the way.
 */
// oxlint-disable-next-line import/no-unassigned-import -- a polyfill: tsyringe, inside the library, refuses to load without it
import 'reflect-metadata'
import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto'
import type { KeyObject, webcrypto } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  Name,
  PemConverter,
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { Extension, PublicKey } from '@peculiar/x509'
import { Failure } from '../failure.ts'
import type { Validity } from './validity.ts'

const curve = { name: 'ECDSA', namedCurve: 'P-256' }
const signature = { name: 'ECDSA', hash: 'SHA-256' }

const unusable = 'let dockerrunctl make key and request: cert issue, or cert request'

export type Keys = webcrypto.CryptoKeyPair
export type Authority = { readonly certificate: X509Certificate; readonly key: webcrypto.CryptoKey }
export type Certificate = { readonly pem: string; readonly serial: string; readonly notAfter: Date }
export type Wanted = {
  readonly commonName: string
  readonly publicKey: PublicKey
  readonly validity: Validity
  readonly extensions: readonly Extension[]
}

export const generateKeys = (): Promise<Keys> => crypto.subtle.generateKey(curve, true, ['sign', 'verify'])

export const writeKey = async ({ privateKey }: Keys): Promise<string> =>
  `${PemConverter.encode(await crypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY')}\n`

export async function readAuthority(certificate: string, key: string): Promise<Authority> {
  const der = new Uint8Array(createPrivateKey(key).export({ type: 'pkcs8', format: 'der' }))
  return {
    certificate: new X509Certificate(certificate),
    key: await crypto.subtle.importKey('pkcs8', der, curve, false, ['sign']),
  }
}

/** Of a key in PEM that generateKeys has made; undefined for one of another kind. */
export async function readKeys(pem: string): Promise<Keys | undefined> {
  const key = createPrivateKey(pem)
  if (!isOurs(key)) return undefined
  const read = async (each: KeyObject, format: 'pkcs8' | 'spki', use: 'sign' | 'verify') =>
    await crypto.subtle.importKey(format, derOf(each, format), curve, true, [use])
  return {
    privateKey: await read(key, 'pkcs8', 'sign'),
    publicKey: await read(createPublicKey(key), 'spki', 'verify'),
  }
}

const derOf = (key: KeyObject, type: 'pkcs8' | 'spki') => new Uint8Array(key.export({ type, format: 'der' }))

/** A request proves that its sender holds the key. It names nobody: whose certificate it becomes is not the sender's to say. */
export async function makeRequest(keys: Keys): Promise<string> {
  const request = await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm: signature })
  return request.toString('pem')
}

/** Ours are of one kind. Made by others they may be of each that is good enough: P-256, P-384, Ed25519, RSA from 3072 bits. */
export type KeyKinds = 'ours' | 'any good'

const isOurs = (key: KeyObject): boolean => key.asymmetricKeyDetails?.namedCurve === 'prime256v1'

function isGood({ asymmetricKeyType, asymmetricKeyDetails: { namedCurve = '', modulusLength = 0 } = {} }: KeyObject) {
  switch (asymmetricKeyType) {
    case 'ec':
      return ['prime256v1', 'secp384r1'].includes(namedCurve)
    case 'rsa':
      // Each handshake verifies with it: no larger than anybody needs.
      return modulusLength >= 3072 && modulusLength <= 8192
    default:
      return asymmetricKeyType === 'ed25519'
  }
}

/** The key of a request; its subject, attributes and wishes for extensions are not looked at. */
export async function parseRequest(pem: string, kinds: KeyKinds = 'ours'): Promise<PublicKey> {
  const request = requestOf(pem)
  const key = readable(() =>
    createPublicKey({ key: Buffer.from(request.publicKey.rawData), type: 'spki', format: 'der' }),
  )
  if (kinds === 'ours' && !isOurs(key))
    throw new Failure('certificate', 'the certificate request has a key that is not ECDSA P-256', { hint: unusable })
  if (!isGood(key))
    throw new Failure('certificate', 'the certificate request has a key that is too weak, or of no known kind', {
      hint: 'make an ECDSA P-256 or P-384, Ed25519 or RSA key, RSA from 3072 to 8192 bits',
    })
  if (!(await request.verify()))
    throw new Failure('certificate', 'the certificate request is not signed with its own key', { hint: unusable })
  return request.publicKey
}

export async function signAuthority(keys: Keys, wanted: Omit<Wanted, 'publicKey'>): Promise<Certificate> {
  const name = buildName(wanted.commonName)
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...wanted.validity,
    serialNumber: makeSerial(),
    name,
    keys,
    signingAlgorithm: signature,
    extensions: [...wanted.extensions, await SubjectKeyIdentifierExtension.create(keys.publicKey)],
  })
  return describe(certificate)
}

export async function signCertificate(authority: Authority, wanted: Wanted): Promise<Certificate> {
  const { certificate: issuer, key: signingKey } = authority
  const certificate = await X509CertificateGenerator.create({
    ...wanted.validity,
    serialNumber: makeSerial(),
    subject: buildName(wanted.commonName),
    issuer: issuer.subjectName,
    publicKey: wanted.publicKey,
    signingKey,
    signingAlgorithm: signature,
    extensions: [
      ...wanted.extensions,
      await SubjectKeyIdentifierExtension.create(wanted.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  })
  return describe(certificate)
}

/** As UTF8String and never through the library's name syntax, which reads `\`, `#` and `+` its own way: DOM\user must survive. */
const buildName = (commonName: string) => new Name([{ CN: [{ utf8String: commonName }] }])

/** 128 random bits behind a 01: positive, of one length, and so written the same way by every tool (RFC 5280 allows 20 octets). */
const makeSerial = () => `01${randomBytes(16).toString('hex')}`

const describe = (certificate: X509Certificate): Certificate => ({
  pem: `${certificate.toString('pem')}\n`,
  serial: certificate.serialNumber.toUpperCase(),
  notAfter: certificate.notAfter,
})

const requestOf = (pem: string): Pkcs10CertificateRequest => readable(() => new Pkcs10CertificateRequest(pem))

function readable<Value>(read: () => Value): Value {
  try {
    return read()
  } catch {
    throw new Failure('certificate', 'the certificate request cannot be read', { hint: unusable })
  }
}
