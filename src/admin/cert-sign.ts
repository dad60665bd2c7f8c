/**
 * A site's CA signs what was asked for on another host. Nothing of a request but its public key is believed: whose certificate
 * it becomes is on the command line of whoever signs.
 */
import { openAuthority } from './authority.ts'
import type { Account } from '../contract/identity.ts'
import { openPki, recordIssue, type Issue } from './pki.ts'
import { clientProfile, serverProfile } from './profiles.ts'
import { buildServerNames } from './server-names.ts'
import { buildValidity } from './validity.ts'
import { parseRequest, signCertificate } from './x509.ts'

export type SignOrder = {
  readonly dir: string
  /** PKCS#10, in PEM. */
  readonly request: string
  /** The first of the names is the one in the subject. */
  readonly subject: { readonly holder: Account } | { readonly names: readonly [string, ...string[]] }
  readonly days: number
  readonly by: number
  readonly now: Date
  readonly announce: (issue: Issue) => Promise<void>
}

/** On record when it returns: the certificate in PEM, and what the record says of it. */
export async function signRequest(order: SignOrder): Promise<{ readonly pem: string; readonly issue: Issue }> {
  const { dir, request, subject, days, by, now, announce } = order
  const publicKey = await parseRequest(request, 'any good')
  const pki = await openPki(dir)
  const { authority } = await openAuthority(pki)
  const { commonName, extensions, whose } = 'holder' in subject ? ofUser(subject.holder) : ofServer(subject.names)
  const validity = buildValidity(now, days, authority.certificate.notAfter)
  const { pem, serial, notAfter } = await signCertificate(authority, { commonName, publicKey, validity, extensions })
  const issue = { time: now.toISOString(), serial, notAfter: notAfter.toISOString(), by, ...whose }
  await recordIssue(pki, issue)
  await announce(issue)
  return { pem, issue }
}

const ofUser = ({ login, uid }: Account) => ({
  commonName: login,
  extensions: clientProfile(),
  whose: { kind: 'client', login, uid } as const,
})

function ofServer(names: readonly [string, ...string[]]) {
  const serverNames = buildServerNames('', names)
  return {
    commonName: names[0],
    extensions: serverProfile(serverNames),
    whose: { kind: 'server', names: serverNames.map(({ value }) => value) } as const,
  }
}
