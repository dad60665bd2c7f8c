import process from 'node:process'
import { parseGroupNames, type Account, type Group } from '../contract/identity.ts'
import { Failure } from '../failure.ts'
import { getent } from '../host/getent.ts'

/** Who runs us. Ids are the process's own; names come from /etc/passwd, and from NSS where that has none (LDAP). */
export const readAccount = async (signal: AbortSignal): Promise<Account> => {
  const uid = process.getuid?.() ?? -1
  const gid = process.getgid?.() ?? -1
  const gids = [...new Set([gid, ...(process.getgroups?.() ?? [])])]
  const [entry, lines] = await Promise.all([readEntry(uid, signal), getent('group', gids.map(String), signal)])
  const names = parseGroupNames(lines)
  const groups: readonly Group[] = gids.map((each) => ({ gid: each, name: names.get(each) }))
  return { ...entry, uid, gid, groups }
}

type Entry = Pick<Account, 'login' | 'gecos' | 'home' | 'shell'>

const readEntry = async (uid: number, signal: AbortSignal): Promise<Entry> => {
  const entry = (await readPasswdFile(uid)) ?? parseEntry((await getent('passwd', [String(uid)], signal))[0] ?? '')
  if (entry !== undefined) return entry
  throw new Failure('account', `uid ${uid} has no name on this machine, and the engine knows its users by name`, {
    hint: `ask the administrator: getent passwd ${uid} must answer`,
  })
}

/** passwd-user rejects where there is no /etc/passwd, and has no field that is certain to be there. */
const readPasswdFile = async (uid: number): Promise<Entry | undefined> => {
  const { passwdUser } = await import('passwd-user')
  const found = await passwdUser(uid).catch(() => undefined)
  if (found === undefined || found.username === '') return undefined
  return entryOf(found.username, found.fullName, found.homeDirectory, found.shell)
}

export const parseEntry = (line: string): Entry | undefined => {
  const [login = '', , , , gecos, home, shell] = line.split(':')
  return login === '' ? undefined : entryOf(login, gecos, home, shell)
}

const entryOf = (login: string, gecos?: string, home?: string, shell?: string): Entry => ({
  login,
  gecos: gecos ?? '',
  home: home === undefined || !home.startsWith('/') ? '/' : home,
  shell: shell === undefined || shell === '' ? '/bin/sh' : shell,
})
