/** What a good policy says in vain, or more widely than its author may think: names NSS lacks, sections that never speak. */
import type { Account } from '../contract/identity.ts'
import type { Named, Policy, Section } from '../policy/grants.ts'

export type Host = {
  readonly readAccount: (login: string) => Promise<Account | undefined>
  readonly readGroupId: (name: string) => Promise<number | undefined>
  readonly isFolder: (path: string) => boolean
}

export async function findWarnings(policy: Policy, host: Host): Promise<readonly string[]> {
  return [
    ...(await warnOfUsers(policy, host)),
    ...(await warnOfGroups(policy, host)),
    ...everySection(policy).flatMap((each) => warnOfSection(each, host)),
    ...(policy.socket === 'admin' && Object.keys(policy.anonymous).length > 0
      ? ['anonymous: never speaks: socket is admin, so no caller is anonymous']
      : []),
    ...warnOfProfiles(policy),
  ]
}

const prefixed = (kind: string, sections: readonly Named<Section>[]): readonly Named<Section>[] =>
  sections.map(({ name, section }) => ({ name: `${kind}.${name}`, section }))

/** All of them, by the name `dockerrunctl policy show` gives them. */
const everySection = ({ everyone, anonymous, groups, users }: Policy): readonly Named<Section>[] => [
  { name: 'everyone', section: everyone },
  { name: 'anonymous', section: anonymous },
  ...prefixed('groups', groups),
  ...prefixed('users', users),
]

async function warnOfUsers({ administrators, users }: Policy, { readAccount }: Host): Promise<readonly string[]> {
  const named = [
    ...administrators.users.map((name) => ({ at: 'administrators.users', name })),
    ...users.map(({ name }) => ({ at: `users.${name}`, name })),
  ]
  const warnings = await inTurn(named, async ({ at, name }) => {
    const account = await answerOf(readAccount(name))
    if (account === 'silent') return `${at}: NSS gave no answer about ${name}`
    if (account === undefined) return `${at}: NSS knows no account ${name}`
    return account.login === name ? undefined : `${at}: never speaks: NSS calls this account ${account.login}`
  })
  const names = new Set(administrators.users)
  const idle = users.filter(({ name }) => names.has(name))
  return [...warnings, ...idle.map(({ name }) => `users.${name}: never speaks: an administrator is not restricted`)]
}

async function warnOfGroups({ administrators, groups }: Policy, { readGroupId }: Host): Promise<readonly string[]> {
  const earlier = new Map<number, string>()
  const look = async (at: string, name: string): Promise<string | undefined> => {
    const gid = await answerOf(readGroupId(name))
    if (gid === 'silent') return `${at}: NSS gave no answer about ${name}`
    if (gid === undefined) return `${at}: NSS knows no group ${name}`
    const first = earlier.get(gid)
    if (first === undefined) earlier.set(gid, at)
    if (first === 'administrators.groups') return `${at}: never speaks: administrators are not restricted`
    return first === undefined ? undefined : `${at}: is the group of ${first} too, which speaks first`
  }
  return [
    ...(await inTurn(administrators.groups, (name) => look('administrators.groups', name))),
    ...(await inTurn(groups, ({ name }) => look(`groups.${name}`, name))),
  ]
}

/** A name service that does not answer is one more warning. */
const answerOf = async <Value>(question: Promise<Value>): Promise<Value | 'silent'> =>
  await question.catch(() => 'silent' as const)

/** One after the other: each asks NSS with a process of its own. */
async function inTurn<Item>(
  items: readonly Item[],
  warn: (item: Item) => Promise<string | undefined>,
): Promise<readonly string[]> {
  const warnings: string[] = []
  for (const item of items) warnings.push(...[await warn(item)].filter((each) => each !== undefined))
  return warnings
}

function warnOfSection({ name, section }: Named<Section>, { isFolder }: Host): readonly string[] {
  const isSilent = Object.keys(section).length === 0 && name !== 'everyone' && name !== 'anonymous'
  const isShared = !name.startsWith('users.')
  const { binds = [], repositories = [], ports } = section
  return [
    ...(isSilent ? [`${name}: never speaks: it is empty`] : []),
    ...binds.filter((path) => !isFolder(path)).map((path) => `${name}.binds: there is no folder ${path}`),
    ...repositories
      .filter((pattern) => isShared && !pattern.includes('{login}'))
      .map((pattern) => `${name}.repositories: ${pattern} has no {login}: each may replace images that others run`),
    ...(ports !== undefined && ports.first < 1024
      ? [`${name}.ports: below 1024 a user's container can pass for a service of this host`]
      : []),
  ]
}

function warnOfProfiles(policy: Policy): readonly string[] {
  const granted = new Set(everySection(policy).flatMap(({ section }) => section.profiles ?? []))
  const local = [...granted].map(({ image }) => image).filter((image) => image.startsWith('localhost/'))
  return local.map((image) => `profiles: ${image}: whose names below localhost/ these are can change what it is`)
}
