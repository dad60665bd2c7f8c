/** Puts certificates on the list gate 1 refuses, and says which ones there are and what has become of them. */
import { type Revocation, parseRevocations, parseSerial } from '../contract/revocation.ts'
import { Failure } from '../failure.ts'
import { appendLine, makeOwnFolder } from '../host/files.ts'
import { readIssues, readRecord } from './issued.ts'
import { openPki, pkiOf } from './pki.ts'
import type { Issue, Pki } from './pki.ts'

export type CertificateState = 'valid' | 'expired' | 'revoked'
export type CertificateFacts = {
  readonly serial: string
  readonly state: CertificateState
  readonly until: string
  /** A login, or the names of the engine. */
  readonly names: readonly string[]
}

export type RevokeOrder = {
  readonly dir: string
  /**
   * These, or all valid ones of a login, or all of another host's list. Unknown ones are refused unless `unknown`: another CA
   * may have issued them.
   */
  readonly which:
    | { readonly serials: readonly string[]; readonly unknown: boolean }
    | { readonly login: string }
    | { readonly list: string; readonly from: string }
  readonly by: number
  readonly now: Date
}
export type Revoked = { readonly serial: string; readonly login?: string; readonly isNew: boolean }

/** In: the folder of a CA. Out: all it has issued, oldest first. */
export async function listCertificates(dir: string, now: Date): Promise<readonly CertificateFacts[]> {
  const pki = await openPki(dir)
  const revoked = demandRevocations(pki, await readRecord(pki.revoked))
  return (await readIssues(pki)).map((issue) => ({
    serial: issue.serial,
    state: stateOf(issue, revoked, now),
    until: issue.notAfter,
    names: issue.kind === 'client' ? [issue.login] : issue.names,
  }))
}

/** All that were asked for are on the list, and the list on disk, when this returns; or none was added, and it says why. */
export async function revokeCertificates({ dir, which, by, now }: RevokeOrder): Promise<readonly Revoked[]> {
  const isUnknown = 'list' in which || ('serials' in which && which.unknown)
  // With certificates of another CA there need be none here.
  const pki = isUnknown ? pkiOf(await makeOwnFolder(dir, 0o755)) : await openPki(dir)
  const text = await readRecord(pki.revoked)
  const revoked = demandRevocations(pki, text)
  const issues = isUnknown ? [] : await readIssues(pki)
  const wanted = findWanted(which, issues, revoked, now)
  const added = wanted.filter(({ serial }) => !revoked.has(keyOf(serial)))
  const lines = added.map((each) => ('line' in each ? each.line : lineOf(each, by, now)))
  // An administrator's editor may have left the last line without an end.
  const start = text === '' || text.endsWith('\n') ? '' : '\n'
  if (lines.length > 0) await appendLine(pki.revoked, start + lines.join('\n'), 0o644)
  return wanted.map((each) => ({
    serial: each.serial,
    ...('login' in each ? { login: each.login } : {}),
    isNew: added.includes(each),
  }))
}

const lineOf = (wanted: Wanted, by: number, now: Date): string =>
  JSON.stringify({ time: now.toISOString(), ...wanted, by } satisfies Revocation)

function findWanted(
  which: RevokeOrder['which'],
  issues: readonly Issue[],
  revoked: ReadonlySet<string>,
  now: Date,
): readonly (Wanted | Copied)[] {
  if ('login' in which) return findValid(issues, which.login, revoked, now)
  if ('list' in which) return findListed(which.list, which.from)
  return which.serials.map((serial) => findIssued(issues, serial, which.unknown))
}

/** With the lines as they are: they say who revoked it there, and when. */
function findListed(text: string, from: string): readonly Copied[] {
  demandRevocations({ revoked: from }, text)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const copied = lines.flatMap((line) => {
    const serials = parseRevocations(line)
    return 'why' in serials ? [] : [...serials].map((serial) => ({ serial, line }))
  })
  return [...new Map(copied.map((each) => [each.serial, each])).values()]
}

export function demandRevocations({ revoked }: Pick<Pki, 'revoked'>, text: string): ReadonlySet<string> {
  const list = parseRevocations(text)
  if ('why' in list)
    throw new Failure('certificate', `${revoked}: ${list.why}`, {
      hint: 'mend or remove that line: until then nobody is let in by certificate',
    })
  return list
}

/** Of a serial that is known to be one. */
const keyOf = (serial: string): string => parseSerial(serial) ?? serial

const stateOf = ({ serial, notAfter }: Issue, revoked: ReadonlySet<string>, now: Date): CertificateState =>
  stateAt({ serial, notAfter: Date.parse(notAfter) }, revoked, now)

/** `notAfter` in milliseconds since 1970. */
export function stateAt(
  { serial, notAfter }: { readonly serial: string; readonly notAfter: number },
  revoked: ReadonlySet<string>,
  now: Date,
): CertificateState {
  if (revoked.has(keyOf(serial))) return 'revoked'
  return now.getTime() > notAfter ? 'expired' : 'valid'
}

type Wanted = { readonly serial: string; readonly login?: string }
type Copied = { readonly serial: string; readonly line: string }

/** None may be left; a login that never had one is a slip of the hand. */
function findValid(
  issues: readonly Issue[],
  login: string,
  revoked: ReadonlySet<string>,
  now: Date,
): readonly Wanted[] {
  const own = issues.filter((issue) => issue.kind === 'client' && issue.login === login)
  if (own.length === 0)
    throw new Failure('certificate', `${login}: no certificate was issued to this login`, {
      hint: 'dockerrunctl cert list --all shows all that were issued',
    })
  return own.filter((issue) => stateOf(issue, revoked, now) === 'valid').map(({ serial }) => ({ serial, login }))
}

function findIssued(issues: readonly Issue[], text: string, isUnknown: boolean): Wanted {
  const serial = parseSerial(text)
  if (serial === undefined)
    throw new Failure('usage', `${text}: no serial`, {
      hint: 'give it in hexadecimal, as dockerrunctl cert list and openssl x509 -serial print it',
    })
  if (isUnknown) return { serial }
  const issue = issues.find((each) => parseSerial(each.serial) === serial)
  if (issue === undefined)
    throw new Failure('certificate', `${text}: this CA has issued no certificate with this serial`, {
      hint: 'dockerrunctl cert list --all shows all that were issued; for one of another CA add --unknown',
    })
  if (issue.kind === 'client') return { serial: issue.serial, login: issue.login }
  throw new Failure('certificate', `${text}: the certificate of the engine itself, and clients look at no list`, {
    hint: 'replace it: dockerrunctl cert server; if its key is in wrong hands, make a new CA',
  })
}
