/** The certificate a request came with, as far as gate 1 reads it: dockerd has verified its chain at the handshake. */
import { X509Certificate } from 'node:crypto'
import type { WireRequest } from '../contract/authz.ts'
import { parseSerial } from '../contract/revocation.ts'

export type Leaf = {
  /** Hexadecimal, as other tools print it. */
  readonly serial: string
  /** The same as lists of revoked ones are asked for it. */
  readonly key: string
  /** Undefined where it is not exactly one: Go takes the last. */
  readonly commonName: string | undefined
  /** Milliseconds since 1970; both moments are still good ones, as for Go's crypto/x509. */
  readonly from: number
  readonly until: number
}

/** Undefined: the engine sent none. */
export type ReadLeaf = (wire: WireRequest) => Leaf | 'unreadable' | undefined

/** More certificates than are in use at a time on one engine; about 2 KB each. */
const most = 4_096

/** Parsing takes 60 us, and a connection sends the same certificate with each request. */
export function rememberLeaves(): ReadLeaf {
  const memory = new Map<string, Leaf | 'unreadable'>()
  return ({ RequestPeerCertificates }) => {
    const text = RequestPeerCertificates?.[0]
    if (text === undefined) return undefined
    const leaf = memory.get(text) ?? parseLeaf(text)
    memory.delete(text)
    memory.set(text, leaf)
    if (memory.size > most) memory.delete(memory.keys().next().value ?? text)
    return leaf
  }
}

/** In: base64 of PEM, as the engine sends it. */
export function parseLeaf(text: string): Leaf | 'unreadable' {
  try {
    const certificate = new X509Certificate(Buffer.from(text, 'base64'))
    const name: unknown = certificate.toLegacyObject().subject.CN
    const [from, until] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)]
    const serial = certificate.serialNumber
    const key = parseSerial(serial)
    if (key === undefined || Number.isNaN(from) || Number.isNaN(until)) return 'unreadable'
    return { serial, key, commonName: typeof name === 'string' ? name : undefined, from, until }
  } catch {
    return 'unreadable'
  }
}
