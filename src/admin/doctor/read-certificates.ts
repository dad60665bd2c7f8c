/** The CA's folder: when certificates are good, who could read the key, and what is revoked. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseRevocations } from '../../contract/revocation.ts'
import { parseDaemon } from '../daemon-json.ts'
import { readIssues } from '../issued.ts'
import { pkiOf } from '../pki.ts'
import type { CertificateFacts, HostFacts } from './facts.ts'
import { attempt, placeOf, readTextIfAny, textOf } from './reading.ts'

type Read = Pick<HostFacts, 'certificates' | 'authorities' | 'caKey' | 'revocations' | 'lastIssue'>

export async function readCertificates(folder: string, daemonJson: string): Promise<Read> {
  const pki = pkiOf(folder)
  const [certificates, authorities, caKey, revocations, lastIssue] = await Promise.all([
    attempt(() => [certificateOf(pki.certificate, true), certificateOf(`${pki.serverFolder}/cert.pem`, false)]),
    attempt(() => countCertificates(authorityFile(daemonJson) ?? pki.certificate)),
    attempt(() => placeOf(pki.key)),
    attempt(() => ({ path: pki.revoked, brokenLine: findBroken(readTextIfAny(pki.revoked) ?? '') })),
    attempt(async () => {
      const times = (await readIssues(pki)).map(({ time }) => Date.parse(time)).filter((time) => !Number.isNaN(time))
      return times.length === 0 ? undefined : new Date(Math.max(...times))
    }),
  ])
  return { certificates, authorities, caKey, revocations, lastIssue }
}

function certificateOf(path: string, isAuthority: boolean): CertificateFacts {
  const { validFrom, validTo, fingerprint256, subjectAltName = '' } = new X509Certificate(readFileSync(path))
  const names = subjectAltName.split(', ').map((name) => name.replace(/^(?:DNS|IP Address):/, ''))
  return {
    path,
    isAuthority,
    names: isAuthority ? [] : names.filter((name) => name !== '' && !own.includes(name)),
    notBefore: new Date(validFrom),
    notAfter: new Date(validTo),
    fingerprint: fingerprint256,
  }
}

const own = ['localhost', '127.0.0.1', '0:0:0:0:0:0:0:1']

/** Its own complaint is a finding of its own. */
function authorityFile(daemonJson: string): string | undefined {
  try {
    const file = textOf(parseDaemon(readTextIfAny(daemonJson), daemonJson)['tlscacert'])
    return file === '' ? undefined : file
  } catch {
    return undefined
  }
}

const countCertificates = (path: string): number =>
  readFileSync(path, 'utf8').split('-----BEGIN CERTIFICATE-----').length - 1

/** As the gate reads it: one line that names no serial, and the whole list is none. */
function findBroken(text: string): number | undefined {
  const index = text.split('\n').findIndex((line) => 'why' in parseRevocations(line))
  return index < 0 ? undefined : index + 1
}
