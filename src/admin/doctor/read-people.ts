/** Accounts as NSS has them, the ids beside their own, and what keeps users from namespaces. */
import { readAccount } from '../../host/accounts.ts'
import { runProgram } from '../../host/processes.ts'
import { known, type ContainerFacts, type Fact, type HostFacts, type IdRange, type OwnerNow } from './facts.ts'
import { attempt, readTextIfAny } from './reading.ts'

export type AccountEntry = { readonly name: string; readonly uid: number; readonly gid: number }

/** A directory may be set not to enumerate: then only those of the files are here. */
export async function readAccounts(): Promise<readonly AccountEntry[]> {
  const { status, stdout } = await runProgram('getent', ['passwd'], 10_000)
  if (status !== 0) throw new Error('getent passwd gives no answer')
  const found = stdout.split('\n').flatMap((line) => {
    const [name = '', , uid = '', gid = ''] = line.split(':')
    return /^[0-9]+$/.test(uid) && /^[0-9]+$/.test(gid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : []
  })
  if (!found.some(({ uid }) => uid === 0)) throw new Error('getent passwd does not even know root')
  return found
}

/** A name that nobody has asks all that NSS asks. */
export async function readNss(): Promise<{ readonly seconds: number; readonly knowsRoot: boolean }> {
  const start = performance.now()
  await runProgram('getent', ['passwd', '--', 'dockerrun-doctor-asks'], 10_000)
  const seconds = (performance.now() - start) / 1000
  const { stdout } = await runProgram('getent', ['passwd', '--', 'root'])
  return { seconds, knowsRoot: stdout.split(':')[2] === '0' }
}

export async function readOwnersNow(containers: Fact<readonly ContainerFacts[]>): Promise<HostFacts['owners']> {
  if ('why' in containers) return { why: 'the containers are not known' }
  return await attempt(async () => {
    const logins = new Set(containers.is.flatMap(({ owner }) => (owner === undefined ? [] : [owner.login])))
    const found: (readonly [string, OwnerNow])[] = []
    for (const login of logins) {
      const account = await readAccount(login)
      const now = account === undefined ? undefined : { uid: account.uid, gids: account.groups.map(({ gid }) => gid) }
      found.push([login, now])
    }
    return new Map(found)
  })
}

/** subuid(5): an account by name or number, the first id, how many. Others are nobody's. */
export const readIdRanges = (): readonly IdRange[] =>
  ['/etc/subuid', '/etc/subgid'].flatMap((file) =>
    (readTextIfAny(file) ?? '').split('\n').flatMap((line) => {
      const [, owner = '', first, count] = /^([^:#]+):([0-9]+):([0-9]+)$/.exec(line) ?? []
      return first === undefined ? [] : [{ file, line, owner, first: Number(first), count: Number(count) }]
    }),
  )

/** The sysctls that can forbid them: the kernel's, Debian's and Ubuntu's. */
export function readNamespacesOff(): { readonly what: string; readonly run: string } | undefined {
  const settings = [
    { name: 'user.max_user_namespaces', bad: '0', good: '15000' },
    { name: 'kernel.unprivileged_userns_clone', bad: '0', good: '1' },
    { name: 'kernel.apparmor_restrict_unprivileged_userns', bad: '1', good: '0' },
  ]
  const off = settings.find(({ name, bad }) => readTextIfAny(`/proc/sys/${name.replaceAll('.', '/')}`)?.trim() === bad)
  return off === undefined
    ? undefined
    : {
        what: `${off.name} is ${off.bad}`,
        run: `echo ${off.name}=${off.good} >/etc/sysctl.d/90-dockerrun.conf && sysctl --system`,
      }
}

/** By the name and by the number: both may own ranges. */
export const uidsByName = (accounts: Fact<readonly AccountEntry[]>): HostFacts['accounts'] =>
  'why' in accounts ? accounts : { is: new Map((known(accounts) ?? []).map(({ name, uid }) => [name, uid])) }
