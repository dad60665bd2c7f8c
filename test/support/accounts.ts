/** Accounts of a lab, in its private /etc or, where only NSS shall know them, in what libnss-extrausers serves. */
import { appendFileSync, chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Namespace } from './namespace.ts'

export type AccountOptions = {
  readonly login: string
  readonly uid: number
  readonly gid: number
  /** The name of the primary group; false leaves the gid without a name. */
  readonly group?: string | false
  readonly groups?: readonly { readonly name: string; readonly gid: number }[]
  readonly gecos?: string
  readonly shell?: string
  readonly home?: string
  /** As with LDAP: getent knows the account, /etc/passwd does not. */
  readonly nssOnly?: boolean
}

export type LabAccount = Readonly<Required<AccountOptions>>

export const makeAccount = (lab: Namespace, options: AccountOptions): LabAccount => {
  const { login, uid, gid } = options
  const account: LabAccount = {
    group: login,
    groups: [],
    gecos: `${login} of the lab`,
    shell: '/bin/sh',
    home: `/home/${login}`,
    nssOnly: false,
    ...options,
  }
  const folder = lab.path(account.nssOnly ? '/var/lib/extrausers' : '/etc')
  const fields = [login, 'x', uid, gid, account.gecos, account.home, account.shell]
  appendFileSync(`${folder}/passwd`, `${fields.join(':')}\n`)
  if (account.group !== false) joinGroup(`${folder}/group`, { name: account.group, gid })
  for (const group of account.groups) joinGroup(`${folder}/group`, { ...group, member: login })

  const home = lab.path(account.home)
  mkdirSync(home, { recursive: true })
  chownSync(home, uid, gid)
  chmodSync(home, 0o700)
  return account
}

/** Adds the group where its name is new, then the member. */
const joinGroup = (file: string, { name, gid, member }: { name: string; gid: number; member?: string }): void => {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  const at = lines.findIndex((line) => line.startsWith(`${name}:`))
  const line = lines[at] ?? `${name}:x:${gid}:`
  const joined = member === undefined ? line : line.endsWith(':') ? `${line}${member}` : `${line},${member}`
  if (at < 0) lines.push(joined)
  else lines[at] = joined
  writeFileSync(file, `${lines.join('\n')}\n`)
}
