/** dockerrunctl cert server, issue and renew: what makes certificates on the host of their CA. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { readFirstUser } from '../admin/cert-first-user.ts'
import { readHostNames } from '../admin/cert-hosts.ts'
import { demandNoFileLimit } from '../admin/cert-limits.ts'
import { demandQuota } from '../admin/cert-quota.ts'
import { findClientRenewal, findServerRenewal } from '../admin/cert-renew.ts'
import { renewOwn } from '../admin/cert-renew-own.ts'
import { takeTurn } from '../admin/cert-turn.ts'
import { readHolder, readSelf } from '../admin/holder-account.ts'
import { issueClient } from '../admin/issue-client.ts'
import { issueServer } from '../admin/issue-server.ts'
import { openPki } from '../admin/pki.ts'
import { Failure } from '../failure.ts'
import { readAccount } from '../host/accounts.ts'
import { announceAs, announceSelf } from './cert-record.ts'
import type { Everywhere } from './options.ts'
import { print } from './report.ts'

/** A certificate got without an administrator is a short one, whatever its user asks for. */
export const selfDays = 30

export type Recorded = Everywhere & { readonly socket: string }

/** The human: behind sudo the one who called it. */
export const caller = () => Number(process.env['SUDO_UID'] ?? process.getuid?.())

export type ServerOptions = Recorded & { readonly name: readonly string[]; readonly days: number }

export async function issueToServer({ dir, name, days, socket }: ServerOptions): Promise<void> {
  const [hostname, ...full] = await readHostNames()
  const { folder, names, notAfter, serial } = await issueServer({
    dir,
    names: [...full, ...name],
    days,
    hostname,
    by: caller(),
    now: new Date(),
    announce: announceAs(socket),
  })
  print(`${folder}: for ${names.join(', ')}, until ${notAfter.toISOString()}, serial ${serial}`)
}

export type IssueOptions = Recorded & {
  readonly login: string | undefined
  readonly self: boolean
  readonly root: boolean
  readonly out: string | undefined
  readonly days: number
}

export async function issueToUser({ dir, login, self, root, out, days, socket }: IssueOptions): Promise<void> {
  if (self === (login !== undefined))
    throw new Failure('usage', 'either a login or --self is needed', { hint: `see dockerrunctl cert issue --help` })
  if (self && (root || days > selfDays))
    throw new Failure('usage', `--self: at most ${selfDays} days, and never --root`, { hint: 'ask the administrator' })
  if (self) demandNoFileLimit()
  const holder =
    login === undefined
      ? await readSelf(process.env['SUDO_UID'], readAccount, readFirstUser())
      : await readHolder(login, { root }, readAccount)
  const folder = out === undefined ? join(holder.home, '.docker') : resolve(out)
  const now = new Date()
  const { serial, notAfter } = await inTurn(holder.uid, self, async () => {
    if (self) await demandQuota(await openPki(dir), holder.uid, now)
    return await issueClient({
      dir,
      holder,
      folder,
      giveFolder: !self && out !== undefined,
      days,
      by: caller(),
      now,
      announce: self ? announceSelf(socket) : announceAs(socket),
      program: holdProgram(),
    })
  })
  print(`${folder}: for ${holder.login}, until ${notAfter.toISOString()}, serial ${serial}`)
}

/** Only root can make anybody wait, and waits; who is not root is told below what they lack. */
async function inTurn<Value>(uid: number, self: boolean, job: () => Promise<Value>): Promise<Value> {
  if (process.geteuid?.() !== 0) return await job()
  await using _ = await takeTurn(uid, { milliseconds: self ? 0 : 30_000 })
  return await job()
}

/** This program once more, for the user's side of an issue (src/admin/key-holder.ts). */
const holdProgram = () => [...ownProgram(), 'cert', 'hold']
const ownProgram = () => [process.execPath, ...process.execArgv, process.argv[1] ?? '']

export type RenewOptions = Recorded & {
  readonly login: string | undefined
  readonly self: boolean
  readonly server: boolean
  readonly force: boolean
  readonly out: string | undefined
}

export async function renew({ login, self, server, force, out, dir, socket }: RenewOptions): Promise<void> {
  if ([login !== undefined, self, server].filter(Boolean).length !== 1)
    throw new Failure('usage', 'either a login, --self or --server is needed', {
      hint: 'see dockerrunctl cert renew --help',
    })
  const now = new Date()
  if (self) return await renewForOneself(force, now)
  const { isDue, until, days, names } =
    login === undefined ? await findServerRenewal(dir, now) : await findClientRenewal(dir, login, now)
  if (!isDue && !force) return void print(`not due: it is good until ${until}`)
  if (login === undefined) return await issueToServer({ dir, name: names, days, socket })
  await issueToUser({ dir, login, self: false, root: true, out, days, socket })
}

async function renewForOneself(isForced: boolean, now: Date): Promise<void> {
  if (process.getuid?.() === 0)
    throw new Failure('usage', '--self: run it as yourself, without sudo', { hint: 'it calls sudo where it is due' })
  const control = process.argv[1] ?? 'dockerrunctl'
  const command = ['sudo', '-n', '--', control, 'cert', 'issue', '--self'] as const
  print(await renewOwn({ folder: ownFolder(), command, isForced, now }))
}

/** Where docker's client looks. */
export const ownFolder = (): string => process.env['DOCKER_CERT_PATH'] ?? join(homedir(), '.docker')
