/** The CA of an engine host: made once, never written over. */
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { existsSync } from 'node:fs'
import { Failure } from '../failure.ts'
import { hasCode, makeOwnFolder, writeFiles } from '../host/files.ts'
import { openPki, pkiOf, readPkiFile } from './pki.ts'
import type { Pki } from './pki.ts'
import { authorityProfile } from './profiles.ts'
import { buildValidity } from './validity.ts'
import { generateKeys, readAuthority, signAuthority, writeKey } from './x509.ts'
import type { Authority } from './x509.ts'

export type NewAuthority = {
  readonly dir: string
  readonly days: number
  readonly hostname: string
  readonly now: Date
}
export type AuthorityFacts = {
  readonly file: string
  readonly subject: string
  readonly serial: string
  readonly notBefore: string
  readonly notAfter: string
  readonly sha256: string
}

/** In: the folder, which nobody else can change and has no CA yet. Out: what was made. */
export async function createAuthority({ dir, days, hostname, now }: NewAuthority): Promise<AuthorityFacts> {
  const pki = pkiOf(await makeOwnFolder(dir, 0o755))
  const keys = await generateKeys()
  const { pem } = await signAuthority(keys, {
    commonName: `dockerrun CA ${hostname}`,
    validity: buildValidity(now, days),
    extensions: authorityProfile(),
  })
  const files = [
    { path: pki.key, data: await writeKey(keys), mode: 0o600 },
    { path: pki.certificate, data: pem, mode: 0o644 },
  ]
  await writeFiles(files, { replace: false }).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error
    throw new Failure('certificate', `${dir}: there is a CA already`, {
      hint: 'every certificate it issued would end with it: put the folder aside, or give another one with --dir',
      status: 1,
    })
  })
  return describe(pki, pem)
}

/** In: the folder of a CA. Out: what its certificate says; the key is not looked at. */
export async function showAuthority(dir: string): Promise<AuthorityFacts> {
  const pki = await openPki(dir)
  return describe(pki, await readPkiFile(pki.certificate))
}

/** In: the files of a CA. Out: what signs, and the certificate as text for whoever must trust it. */
export async function openAuthority(pki: Pki): Promise<{ authority: Authority; pem: string }> {
  const pem = await readPkiFile(pki.certificate)
  const key = await readPkiFile(pki.key).catch((error: unknown) => {
    if (!existsSync(pki.key)) throw signedElsewhere(pki)
    throw error
  })
  if (!new X509Certificate(pem).checkPrivateKey(createPrivateKey(key)))
    throw new Failure('certificate', `${pki.key} is not the key of ${pki.certificate}`, {
      hint: 'put the two files back that belong together',
    })
  return { authority: await readAuthority(pem, key), pem }
}

/** A site's CA, whose key is where it belongs. */
const signedElsewhere = ({ key }: Pki): Failure =>
  new Failure('certificate', `${key}: the key of this CA is on another host`, {
    hint: 'make a request here (dockerrunctl cert request), and have it signed there (dockerrunctl cert sign)',
  })

function describe({ certificate }: Pki, pem: string): AuthorityFacts {
  const { subject, serialNumber, validFrom, validTo, fingerprint256 } = new X509Certificate(pem)
  return {
    file: certificate,
    subject,
    serial: serialNumber,
    notBefore: new Date(validFrom).toISOString(),
    notAfter: new Date(validTo).toISOString(),
    sha256: fingerprint256,
  }
}
