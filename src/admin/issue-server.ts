/** The engine's own certificate and key, in server/ below the CA's folder; an older pair gives way. */
import { join } from 'node:path'
import { makeOwnFolder, writeFiles } from '../host/files.ts'
import { openAuthority } from './authority.ts'
import { openPki, recordIssue, type Issue } from './pki.ts'
import { serverProfile } from './profiles.ts'
import { buildServerNames } from './server-names.ts'
import { buildValidity } from './validity.ts'
import { generateKeys, parseRequest, makeRequest, signCertificate, writeKey } from './x509.ts'

export type ServerOrder = {
  readonly dir: string
  readonly names: readonly string[]
  readonly days: number
  readonly hostname: string
  readonly by: number
  readonly now: Date
  /** Hears of it when it is on record. */
  readonly announce?: (issue: Issue) => Promise<void>
}
export type ServerIssue = {
  readonly folder: string
  readonly names: readonly string[]
  readonly serial: string
  readonly notAfter: Date
}

/** In: this host's name and the further ones. Out: where key and certificate are, and all names they are good for. */
export async function issueServer(order: ServerOrder): Promise<ServerIssue> {
  const { dir, names, days, hostname, by, now, announce } = order
  const serverNames = buildServerNames(hostname, names)
  const values = serverNames.map(({ value }) => value)
  const pki = await openPki(dir)
  const { authority } = await openAuthority(pki)
  const keys = await generateKeys()
  const { pem, serial, notAfter } = await signCertificate(authority, {
    commonName: hostname,
    publicKey: await parseRequest(await makeRequest(keys)),
    validity: buildValidity(now, days, authority.certificate.notAfter),
    extensions: serverProfile(serverNames),
  })
  const folder = await makeOwnFolder(pki.serverFolder, 0o755)
  const issue = {
    time: now.toISOString(),
    kind: 'server',
    serial,
    names: values,
    notAfter: notAfter.toISOString(),
    by,
  } as const
  await recordIssue(pki, issue)
  await announce?.(issue)
  const files = [
    { path: join(folder, 'key.pem'), data: await writeKey(keys), mode: 0o600 },
    { path: join(folder, 'cert.pem'), data: pem, mode: 0o644 },
  ]
  await writeFiles(files, { replace: true })
  return { folder, names: values, serial, notAfter }
}
