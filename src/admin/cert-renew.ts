/** Which certificate is to be made anew, and when: with less than a third of its time left. */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseSerial } from '../contract/revocation.ts'
import { Failure } from '../failure.ts'
import { hasCode } from '../host/files.ts'
import { readIssues, readRecord } from './issued.ts'
import { openPki, type Issue } from './pki.ts'
import { demandRevocations } from './revoke.ts'

/** Milliseconds since 1970. */
export type Span = { readonly from: number; readonly until: number }

export const isDue = ({ from, until }: Span, now: number): boolean => until - now < (until - from) / 3

export type Renewal = {
  readonly until: string
  readonly isDue: boolean
  readonly days: number
  readonly names: readonly string[]
}

const day = 86_400_000

/** The last one that a login has and that is not revoked. Throws a Failure where there is none. */
export async function findClientRenewal(dir: string, login: string, now: Date): Promise<Renewal> {
  const pki = await openPki(dir)
  const revoked = demandRevocations(pki, await readRecord(pki.revoked))
  const isGood = (issue: Issue) => !revoked.has(parseSerial(issue.serial) ?? '')
  const issue = (await readIssues(pki)).findLast(
    (each) => each.kind === 'client' && each.login === login && isGood(each),
  )
  if (issue !== undefined) return renewalOf(issue, now)
  throw new Failure('certificate', `${login}: has no certificate that could be renewed`, {
    hint: 'issue one: dockerrunctl cert issue LOGIN',
  })
}

/** The one that is in the engine's folder now, which has to be on record. */
export async function findServerRenewal(dir: string, now: Date): Promise<Renewal> {
  const pki = await openPki(dir)
  const serial = await readSerial(join(pki.serverFolder, 'cert.pem'))
  const issue = (await readIssues(pki)).findLast(
    (each) => each.kind === 'server' && serial !== undefined && parseSerial(each.serial) === parseSerial(serial),
  )
  if (issue !== undefined) return renewalOf(issue, now)
  throw new Failure('certificate', `${pki.serverFolder}/cert.pem: not made by the CA of this host`, {
    hint: 'dockerrunctl cert server makes one; for one of another CA: dockerrunctl cert request --server',
  })
}

function renewalOf(issue: Issue, now: Date): Renewal {
  const span = { from: Date.parse(issue.time), until: Date.parse(issue.notAfter) }
  return {
    until: issue.notAfter,
    isDue: isDue(span, now.getTime()),
    days: Math.max(1, Math.round((span.until - span.from) / day)),
    names: issue.kind === 'server' ? issue.names : [issue.login],
  }
}

async function readSerial(file: string): Promise<string | undefined> {
  try {
    return new X509Certificate(await readFile(file, 'utf8')).serialNumber
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}
