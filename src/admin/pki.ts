/** The folder of the CA: names and modes of what is in it, and the record of every certificate issued. */
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { appendLine, hasCode, openOwnFolder } from '../host/files.ts'

export type Pki = {
  readonly certificate: string
  readonly key: string
  readonly issued: string
  readonly revoked: string
  readonly serverFolder: string
}

/** One line of issued.jsonl; `by` is the uid of the human, also behind sudo. */
export type Issue = {
  readonly time: string
  readonly serial: string
  readonly notAfter: string
  readonly by: number
} & (
  | { readonly kind: 'client'; readonly login: string; readonly uid: number }
  | { readonly kind: 'server'; readonly names: readonly string[] }
)

export async function openPki(dir: string): Promise<Pki> {
  return pkiOf(await orNoAuthority(dir, openOwnFolder(dir)))
}

export const pkiOf = (folder: string): Pki => ({
  certificate: join(folder, 'ca.pem'),
  key: join(folder, 'ca-key.pem'),
  issued: join(folder, 'issued.jsonl'),
  revoked: join(folder, 'revoked.jsonl'),
  serverFolder: join(folder, 'server'),
})

export const readPkiFile = (path: string): Promise<string> => orNoAuthority(path, readFile(path, 'utf8'))

/** Written before the certificate leaves our hands: one that is not on record cannot be revoked. */
export async function recordIssue({ issued }: Pki, issue: Issue): Promise<void> {
  const start = (await isCutOff(issued)) ? `${cutOff}\n` : ''
  await appendLine(issued, start + JSON.stringify(issue), 0o600)
}

/** Ends a line whose writer was killed in the middle of it: that certificate was never handed out. */
export const cutOff = ' (cut off)'

/** Does it end in the middle of a line? With a user's limits and signals, sudo's child can be made to. */
async function isCutOff(path: string): Promise<boolean> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
    return size > 0 && buffer.toString() !== '\n'
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

async function orNoAuthority<Value>(path: string, reading: Promise<Value>): Promise<Value> {
  try {
    return await reading
  } catch (error) {
    if (hasCode(error, 'ENOENT'))
      throw new Failure('certificate', `${path}: there is no CA yet`, { hint: 'make one: dockerrunctl ca init' })
    if (hasCode(error, 'EACCES'))
      throw new Failure('certificate', `${path}: permission denied`, {
        hint: 'run it as root, or for a certificate of your own: sudo dockerrunctl cert issue --self',
      })
    throw error
  }
}
