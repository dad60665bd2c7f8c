/** Is the certificate of a connection still good? dockerd asks at the handshake alone, and knows no revoked ones (DESIGN 5). */
import type { WireRequest } from '../contract/authz.ts'
import { rememberLeaves, type Leaf } from './leaf.ts'
import { openRevocations, type Revocations } from './revocations.ts'

export type Certificates = {
  /** The serial of a certificate that is good at this moment (milliseconds since 1970), or why it is not. */
  readonly readCertificate: (wire: WireRequest, now: number) => { readonly serial: string } | { readonly why: string }
  /** For the audit log: good or not. */
  readonly serialOf: (wire: WireRequest) => string | undefined
}

/** `file` says where the list is that dockerrunctl keeps; `report` hears of one that cannot be used. */
export function openCertificates(file: () => string, report: (error: unknown) => void): Certificates {
  const readLeaf = rememberLeaves()
  const readRevocations = openRevocations(file, report)
  return {
    readCertificate: (wire, now) => {
      const leaf = readLeaf(wire)
      if (leaf === undefined) return { why: 'the engine did not show the certificate of this connection' }
      if (leaf === 'unreadable') return { why: 'the certificate of this connection cannot be read' }
      const why = findObjection(leaf, wire.User ?? '', readRevocations(), now)
      return why === undefined ? { serial: leaf.serial } : { why }
    },
    serialOf: (wire) => {
      const leaf = readLeaf(wire)
      return leaf === 'unreadable' ? leaf : leaf?.serial
    },
  }
}

/** What speaks against a certificate, root's and administrators' too. */
export function findObjection(
  { serial, key, commonName, from, until }: Leaf,
  user: string,
  revocations: Revocations,
  now: number,
): string | undefined {
  const certificate = `the certificate (serial ${serial})`
  if (commonName !== user) return `${certificate} is not the one of ${user}`
  if (now < from) return `${certificate} is not valid before ${isoTime(from)}: look at the clocks of both hosts`
  if (now > until) return `${certificate} expired on ${isoTime(until)}: ${remedy}`
  if ('why' in revocations)
    return `nobody can tell which certificates are revoked (${revocations.why}): tell the administrator`
  return revocations.has(key) ? `${certificate} was revoked: ${remedy}` : undefined
}

const remedy = 'get a new one with sudo dockerrunctl cert issue --self, or from the administrator'
const isoTime = (time: number): string => new Date(time).toISOString()
