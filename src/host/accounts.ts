/** Accounts as NSS has them (passwd, LDAP, sssd alike): getent and id decide, /etc/passwd alone never does. */
import { parseGroupNames, type Account } from '../contract/identity.ts'
import { runProgram } from './processes.ts'

/** The account of a login name; undefined where NSS has none. Throws when NSS does not answer in time. */
export async function readAccount(login: string): Promise<Account | undefined> {
  const [passwd, ids] = await Promise.all([
    runProgram('getent', ['passwd', '--', login]),
    runProgram('id', ['-G', '--', login]),
  ])
  if (passwd.status === 2) return undefined
  if (passwd.status !== 0 || ids.status !== 0) throw new Error(`getent passwd ${JSON.stringify(login)} gave no answer`)
  const [name = '', , uid = '', gid = '', gecos = '', home = '', shell = ''] = passwd.stdout.split(':')
  if (name === '' || !/^[0-9]+$/.test(uid) || !/^[0-9]+$/.test(gid))
    throw new Error(`getent passwd ${JSON.stringify(login)} is not readable`)
  const gids = new Set([gid, ...ids.stdout.split(' ').filter((each) => /^[0-9]+$/.test(each))].map(Number))
  return {
    login: name,
    uid: Number(uid),
    gid: Number(gid),
    groups: [...gids].filter(Number.isSafeInteger).map((each) => ({ gid: each, name: undefined })),
    gecos,
    home,
    shell: shell === '' ? '/bin/sh' : shell,
  }
}

/** The gid of a group's name, spaces and all; undefined where NSS has none. Throws when NSS does not answer in time. */
export async function readGroupId(name: string): Promise<number | undefined> {
  // getent takes digits for a gid.
  if (/^[0-9]*$/.test(name)) return undefined
  const { status, stdout } = await runProgram('getent', ['group', '--', name])
  if (status === 2) return undefined
  const [, , gid = ''] = stdout.split(':')
  if (status !== 0 || !/^[0-9]{1,10}$/.test(gid)) throw new Error(`getent group ${JSON.stringify(name)} gave no answer`)
  return Number(gid)
}

/** The names that NSS has for groups; those without are left out. Throws when NSS does not answer in time. */
export async function readGroupNames(gids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const { status, stdout } = await runProgram('getent', ['group', '--', ...gids.map(String)])
  if (status !== 0 && status !== 2) throw new Error('getent group gave no answer')
  return parseGroupNames(stdout.split('\n'))
}
