/** The policy file as an administrator looks at it, and whom it speaks of. */
import { readFileSync, statSync } from 'node:fs'
import type { Account } from '../contract/identity.ts'
import { Failure } from '../failure.ts'
import { readAccount, readGroupId } from '../host/accounts.ts'
import { hasCode } from '../host/files.ts'
import { readRootsFile } from '../host/roots-file.ts'
import type { Caller } from '../policy/facts.ts'
import { emptyPolicy, isAdministrator, type GroupIds, type Policy } from '../policy/grants.ts'
import { parsePolicy } from '../policy/policy-file.ts'
import { findWarnings } from './policy-warnings.ts'

export const usualPolicy = '/etc/dockerrun/policy.yaml'

export type PolicyReading = {
  readonly policy: Policy
  readonly isAbsent: boolean
  readonly warnings: readonly string[]
}

/** `isDraft`: it may lie anywhere and belong to anybody, which is then a warning. A Failure where it is no good policy. */
export async function checkPolicy(file: string, { isDraft }: { isDraft: boolean }): Promise<PolicyReading> {
  const { text, warnings } = isDraft ? readDraft(file) : { text: readFile(file, readRootsFile), warnings: [] }
  const policy = text === undefined ? emptyPolicy : parseFile(file, text)
  return { policy, isAbsent: text === undefined, warnings: [...warnings, ...(await findWarnings(policy, host))] }
}

/** For whoever may read it. The usual one may be absent. */
export function readPolicy(file = usualPolicy): Policy {
  const text = readFile(file, file === usualPolicy ? readTextIfAny : readText)
  return text === undefined ? emptyPolicy : parseFile(file, text)
}

const readText = (file: string): string => new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))

function readTextIfAny(file: string): string | undefined {
  try {
    return readText(file)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

const host = { readAccount, readGroupId, isFolder }

/** What cannot be looked at may well be one. */
function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  } catch {
    return true
  }
}

function readDraft(file: string): { readonly text: string; readonly warnings: readonly string[] } {
  const text = readFile(file, readText)
  try {
    readRootsFile(file)
    return { text, warnings: [] }
  } catch (error) {
    return { text, warnings: [`the gate would not take it where it is: ${messageOf(error)}`] }
  }
}

function readFile<Text>(file: string, read: (file: string) => Text): Text {
  try {
    return read(file)
  } catch (error) {
    if (error instanceof Failure) throw new Failure(error.code, error.message, { hint: error.hint, status: 1 })
    throw new Failure('settings', `${file}: ${messageOf(error)}`, {
      hint: 'give a text file that you can read',
      status: 1,
    })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function parseFile(file: string, text: string): Policy {
  const policy = parsePolicy(text)
  if ('why' in policy)
    throw new Failure('settings', `${file}: ${policy.why}`, { hint: 'man 5 dockerrun-policy has every key', status: 1 })
  return policy
}

export type Subject = { readonly caller: Caller; readonly gids: GroupIds }

/** Whom the policy speaks of, as gate 1 would see them. `login` may be a uid in digits. */
export async function readSubject(policy: Policy, login: string | undefined): Promise<Subject> {
  const gids = await readGroupIds(policy)
  if (login === undefined) return { caller: { kind: 'anonymous', account: nobody }, gids }
  const account = await readAccount(login)
  if (account === undefined)
    throw new Failure('account', `${login}: no such account`, { hint: `this must find it: getent passwd '${login}'` })
  return isAdministrator(policy, account, gids)
    ? { caller: { kind: 'administrator', name: account.login }, gids }
    : { caller: { kind: 'user', account }, gids }
}

/** Of all groups that the policy names. */
export async function readGroupIds({ administrators, groups }: Policy): Promise<GroupIds> {
  const names = new Set([...administrators.groups, ...groups.map(({ name }) => name)])
  const found: (readonly [string, number])[] = []
  for (const name of names) {
    const gid = await readGroupId(name)
    if (gid !== undefined) found.push([name, gid])
  }
  return new Map(found)
}

const nobody: Account = {
  login: 'nobody',
  uid: 65_534,
  gid: 65_534,
  groups: [],
  gecos: '',
  home: '/',
  shell: '/bin/sh',
}
