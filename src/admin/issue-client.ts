/** A user's certificate: the key is made by the user's own process, the name comes from the account, and only signing is root's. */
import type { Account } from '../contract/identity.ts'
import { giveFolder } from '../host/files.ts'
import { askHolder } from './ask-holder.ts'
import { openAuthority } from './authority.ts'
import { openPki, recordIssue, type Issue } from './pki.ts'
import { clientProfile } from './profiles.ts'
import { buildValidity } from './validity.ts'
import { parseRequest, signCertificate } from './x509.ts'

export type ClientOrder = {
  readonly dir: string
  readonly holder: Account
  readonly folder: string
  /** Whether an administrator chose the folder: where only root could make it, it is made and given to the holder. */
  readonly giveFolder: boolean
  readonly days: number
  readonly by: number
  readonly now: Date
  /** Hears of it when it is on record and not handed out yet; it is not, where this throws. */
  readonly announce: (issue: Issue) => Promise<void>
  /** The command line that runs holdKey in a process of its own. */
  readonly program: readonly string[]
}
export type ClientIssue = { readonly folder: string; readonly serial: string; readonly notAfter: Date }

/** In: who, where to and how long. Out: where the three files are, and what went on record. */
export async function issueClient(order: ClientOrder): Promise<ClientIssue> {
  const { holder, folder, days, by, now, program, announce } = order
  const pki = await openPki(order.dir)
  const { authority, pem } = await openAuthority(pki)
  const validity = buildValidity(now, days, authority.certificate.notAfter)
  const { login, uid, gid } = holder
  const groups = holder.groups.map((group) => group.gid)
  if (order.giveFolder) await giveFolder(folder, holder)
  let serial = ''
  await askHolder(program, { login, uid, gid, groups, folder }, async (request) => {
    const publicKey = await parseRequest(request)
    const signed = await signCertificate(authority, {
      commonName: login,
      publicKey,
      validity,
      extensions: clientProfile(),
    })
    const notAfter = signed.notAfter.toISOString()
    const issue = { time: now.toISOString(), kind: 'client', serial: signed.serial, login, uid, notAfter, by } as const
    await recordIssue(pki, issue)
    await announce(issue)
    serial = signed.serial
    return { certificate: signed.pem, authority: pem }
  })
  return { folder, serial, notAfter: validity.notAfter }
}
