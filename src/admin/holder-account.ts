/** Who may be given a certificate: the login in it is the identity on the engine, so it must be one account's and nobody else's. */
import { isLogin } from '../contract/identity.ts'
import type { Account } from '../contract/identity.ts'
import { Failure } from '../failure.ts'

/** By login or, in decimal, by uid. */
export type Lookup = (key: string) => Promise<Account | undefined>

/** nobody, whose processes are whoever's (nfsnobody on others). */
const nobody = 65_534
/** No shell is no login: a service that runs as a user of its own. */
const noShell = /\/(?:nologin|false)$/

export async function readHolder(login: string, { root }: { root: boolean }, lookup: Lookup): Promise<Account> {
  if (!isLogin(login))
    throw new Failure('account', `${login}: not a login name`, { hint: 'give the name that id -un prints' })
  const entry = await lookup(login)
  if (entry === undefined)
    throw new Failure('account', `${login}: no such account`, { hint: `this must find it: getent passwd '${login}'` })
  // NSS may answer to other spellings (case, with or without domain). Gate 1 knows the account by one name only.
  if (entry.login !== login)
    throw new Failure('account', `${login}: the name of this account is ${entry.login}`, { hint: 'give that name' })
  if (entry.uid === 0 && !root)
    throw new Failure('account', `${login}: this account is root on the machine and unrestricted on the engine`, {
      hint: 'if that is what you want, add --root',
    })
  return entry
}

/**
 * The account sudo was called by. SUDO_UID is set by sudo itself, whatever the user had there. Below `firstUser` are the
 * accounts of services, which have no user who could ask.
 */
export async function readSelf(sudoUid: string | undefined, lookup: Lookup, firstUser = 1000): Promise<Account> {
  if (sudoUid === undefined || !/^(0|[1-9][0-9]{0,9})$/.test(sudoUid))
    throw new Failure('account', '--self: sudo has not said who is asking', {
      hint: 'run it as yourself: sudo dockerrunctl cert issue --self',
    })
  if (Number(sudoUid) < firstUser || Number(sudoUid) === 0 || Number(sudoUid) === nobody)
    throw new Failure('account', `--self: uid ${sudoUid} is root's or a service's`, {
      hint: 'the administrator issues it by name: dockerrunctl cert issue LOGIN',
    })
  const entry = await lookup(sudoUid)
  if (entry === undefined || entry.uid !== Number(sudoUid))
    throw new Failure('account', `--self: uid ${sudoUid} has no account`, {
      hint: `this must find it: getent passwd ${sudoUid}`,
    })
  if (noShell.test(entry.shell))
    throw new Failure('account', `--self: ${entry.login} is an account without a shell: ${entry.shell}`, {
      hint: 'the administrator issues it by name: dockerrunctl cert issue LOGIN',
    })
  const holder = await readHolder(entry.login, { root: false }, lookup)
  if (holder.uid !== entry.uid)
    throw new Failure('account', `--self: ${entry.login} is also the name of uid ${holder.uid}`, {
      hint: 'the administrator has to make the names of accounts unique',
    })
  return holder
}
