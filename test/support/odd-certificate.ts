/** Certificates that dockerrunctl would not issue, signed by an engine's own CA: expired, or with another name. */
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { clientProfile } from '../../src/admin/profiles.ts'
import {
  generateKeys,
  makeRequest,
  readAuthority,
  parseRequest,
  signCertificate,
  writeKey,
} from '../../src/admin/x509.ts'
import type { Engine } from './engine.ts'
import type { Lab } from './lab.ts'

type Odd = { readonly commonName: string; readonly notAfter?: Date }

/** Writes {ca,cert,key}.pem below `folder` (a path inside), for uid 2001, and returns DOCKER_CERT_PATH. */
export async function makeOddCertificate(
  lab: Lab,
  engine: Engine,
  folder: string,
  { commonName, notAfter = inAMonth() }: Odd,
): Promise<string> {
  const read = (name: string) => readFileSync(lab.path(`${engine.certificates.folder}/${name}`), 'utf8')
  const authority = await readAuthority(read('ca.pem'), read('ca-key.pem'))
  const keys = await generateKeys()
  const validity = { notBefore: new Date(notAfter.getTime() - 31 * day), notAfter }
  const signed = await signCertificate(authority, {
    commonName,
    publicKey: await parseRequest(await makeRequest(keys)),
    validity,
    extensions: clientProfile(),
  })
  mkdirSync(lab.path(folder), { recursive: true })
  for (const [name, text] of [
    ['ca.pem', read('ca.pem')],
    ['cert.pem', signed.pem],
    ['key.pem', await writeKey(keys)],
  ] as const) {
    writeFileSync(lab.path(`${folder}/${name}`), text, { mode: 0o600 })
    chownSync(lab.path(`${folder}/${name}`), 2001, 2001)
  }
  return folder
}

const day = 86_400_000
const inAMonth = () => new Date(Date.now() + 30 * day)
