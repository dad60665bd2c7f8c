/** What a certificate says and what has become of it: one of the record, or one in a file. */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseSerial } from '../contract/revocation.ts'
import { Failure } from '../failure.ts'
import { readIssues, readRecord } from './issued.ts'
import { openPki, pkiOf } from './pki.ts'
import { demandRevocations, stateAt } from './revoke.ts'

/** Pairs to be shown, in this order. */
export type Shown = readonly (readonly [name: string, value: string])[]

/** In: a login or a serial. Out: each certificate of it that this CA has issued, oldest first. */
export async function showIssued(dir: string, which: string, now: Date): Promise<readonly Shown[]> {
  const pki = await openPki(dir)
  const revoked = demandRevocations(pki, await readRecord(pki.revoked))
  const serial = parseSerial(which)
  const found = (await readIssues(pki)).filter(
    (issue) =>
      (issue.kind === 'client' && issue.login === which) ||
      (serial !== undefined && parseSerial(issue.serial) === serial),
  )
  if (found.length === 0)
    throw new Failure(
      'not-found',
      `${which}: this CA has issued no certificate to such a login, or with such a serial`,
      {
        hint: 'dockerrunctl cert list --all shows all that were issued; for a file say its path, as in ./cert.pem',
      },
    )
  return found.map((issue) => [
    ['for', issue.kind === 'client' ? `${issue.login} (uid ${issue.uid})` : issue.names.join(', ')],
    ['serial', issue.serial],
    ['issued', `${issue.time}, by uid ${issue.by}`],
    ['until', issue.notAfter],
    ['state', stateAt({ serial: issue.serial, notAfter: Date.parse(issue.notAfter) }, revoked, now)],
  ])
}

/** In: a file with a certificate in PEM. What the folder of the CA tells of it needs no rights but to read there. */
export async function showFile(dir: string, file: string, now: Date): Promise<Shown> {
  const certificate = readCertificate(file, await readText(file))
  const { subject, issuer, serialNumber, subjectAltName, validFrom, validTo, fingerprint256 } = certificate
  const state = await stateIn(dir, certificate, now)
  return [
    ['file', file],
    ['subject', subject],
    ['issuer', issuer],
    ['serial', serialNumber],
    ['names', subjectAltName ?? ''],
    ['valid', `${new Date(validFrom).toISOString()} to ${new Date(validTo).toISOString()}`],
    ['sha256', fingerprint256],
    ['state', state],
  ].filter((pair): pair is [string, string] => pair[1] !== '')
}

async function stateIn(dir: string, certificate: X509Certificate, now: Date): Promise<string> {
  const pki = pkiOf(dir)
  const { validFrom, validTo, serialNumber } = certificate
  const pem = await readFile(pki.certificate, 'utf8').catch(() => undefined)
  if (pem === undefined) return `unknown: ${pki.certificate} cannot be read`
  const authority = new X509Certificate(pem)
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey))
    return `not of the CA in ${join(dir, 'ca.pem')}`
  if (now < new Date(validFrom)) return 'not valid yet'
  const revoked = demandRevocations(pki, await readRecord(pki.revoked))
  return stateAt({ serial: serialNumber, notAfter: Date.parse(validTo) }, revoked, now)
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new Failure('certificate', `${file}: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'say where the certificate is, or a login or serial of which root has the record',
    })
  }
}

function readCertificate(file: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text)
  } catch {
    throw new Failure('certificate', `${file}: no certificate in PEM`, { hint: 'say where the certificate is' })
  }
}
