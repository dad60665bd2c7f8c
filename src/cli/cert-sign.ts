/** dockerrunctl cert request and sign: a certificate whose CA is on another host than its key. */
import { realpath } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { requestCertificate } from '../admin/cert-request.ts'
import { signRequest } from '../admin/cert-sign.ts'
import { readHolder } from '../admin/holder-account.ts'
import type { Issue } from '../admin/pki.ts'
import { Failure } from '../failure.ts'
import { readAccount } from '../host/accounts.ts'
import { makeOwnFolder, writeFiles } from '../host/files.ts'
import { readInput } from './cert-input.ts'
import { caller, ownFolder, selfDays, type Recorded } from './cert-issue.ts'
import { announceAs } from './cert-record.ts'
import type { Everywhere } from './options.ts'
import { print } from './report.ts'

export type SignOptions = Recorded & {
  readonly file: string
  readonly login: string | undefined
  readonly server: boolean
  readonly root: boolean
  readonly name: readonly string[]
  readonly days: number | undefined
  readonly out: string | undefined
}

export async function sign(options: SignOptions): Promise<void> {
  const { dir, file, login, server, root, name, days, out, socket } = options
  const [first, ...others] = name
  if (server === (login !== undefined) || server !== (first !== undefined))
    throw new Failure('usage', 'either --login LOGIN or --server with a --name is needed', {
      hint: 'see dockerrunctl cert sign --help',
    })
  if (out !== undefined) await demandNoLink(dirname(resolve(out)))
  const pkcs10 = await readInput(file)
  const { pem, issue } = await signRequest({
    dir,
    request: pkcs10,
    subject:
      login === undefined
        ? { names: [first ?? '', ...others] }
        : { holder: await readHolder(login, { root }, readAccount) },
    days: days ?? (server ? 825 : selfDays),
    by: caller(),
    now: new Date(),
    announce: announceAs(socket),
  })
  if (out === undefined) return void process.stdout.write(pem)
  await writeFiles([{ path: resolve(out), data: pem, mode: 0o644 }], { replace: true })
  print(`${out}: ${describe(issue)}`)
}

/** Where a user's link leads, root's own certificate could be. */
async function demandNoLink(folder: string): Promise<void> {
  if ((await realpath(folder)) === folder) return
  throw new Failure('usage', `--out: a link is on the way to ${folder}`, { hint: 'name the folder that it leads to' })
}

const describe = (issue: Issue): string =>
  `for ${issue.kind === 'client' ? issue.login : issue.names.join(', ')}, until ${issue.notAfter}, serial ${issue.serial}`

export type RequestOptions = Everywhere & { readonly server: boolean; readonly out: string | undefined }

export async function request({ dir, server, out }: RequestOptions): Promise<void> {
  if (server) await makeOwnFolder(dir, 0o755)
  const folder = out === undefined ? (server ? join(dir, 'server') : ownFolder()) : resolve(out)
  const { pem, key, isNew } = await requestCertificate(folder, server ? 0o755 : 0o700)
  process.stderr.write(`dockerrunctl: the key is in ${key}${isNew ? '' : ', as before'}\n`)
  process.stdout.write(`${pem}\n`)
}
