/** A key that stays where it is made, and the request that another host's CA signs. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { hasCode, makeOwnFolder, writeFiles } from '../host/files.ts'
import { generateKeys, makeRequest, readKeys, writeKey, type Keys } from './x509.ts'

export type CertificateRequest = { readonly pem: string; readonly key: string; readonly isNew: boolean }

/**
 * In: the folder of key.pem, which is made where it is missing. Out: a request of that key. A key that is there is used again:
 * so the certificate beside it goes on until the new one takes its place.
 */
export async function requestCertificate(folder: string, mode: number): Promise<CertificateRequest> {
  const key = join(await makeOwnFolder(folder, mode), 'key.pem')
  const found = await readKey(key)
  const keys = found ?? (await generateKeys())
  if (found === undefined)
    await writeFiles([{ path: key, data: await writeKey(keys), mode: 0o600 }], { replace: false })
  return { pem: await makeRequest(keys), key, isNew: found === undefined }
}

async function readKey(path: string): Promise<Keys | undefined> {
  const pem = await readFile(path, 'utf8').catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error
  })
  if (pem === undefined) return undefined
  const keys = await readKeys(pem).catch(() => undefined)
  if (keys !== undefined) return keys
  throw new Failure('certificate', `${path}: no ECDSA P-256 key that can be read`, {
    hint: 'put it aside for a new one, or make the request with what has made that key',
  })
}
