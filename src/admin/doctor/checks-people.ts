/** Accounts, the ids they have beside their own, and whose the containers are. */
import { shellLine } from '../../host/shell-words.ts'
import { faultIf, faultOf, type Check } from './check.ts'
import { known, type ContainerFacts, type HostFacts, type IdRange, type OwnerNow } from './facts.ts'

const rangesOf = ({ idRanges }: HostFacts): readonly IdRange[] => known(idRanges) ?? []
const isIn = (id: number, { first, count }: IdRange): boolean => id >= first && id < first + count
const overlap = (one: IdRange, other: IdRange): boolean => {
  const first = Math.max(one.first, other.first)
  return one.file === other.file && isIn(first, one) && isIn(first, other)
}

/** By the whole line: usermod does not know accounts of a directory. */
const removal = (ranges: readonly IdRange[]): string =>
  ranges
    .map(({ file, line }) =>
      shellLine(['sed', '-i', `\\|^${line.replaceAll(/[.*[\]^$\\|]/g, String.raw`\$&`)}$|d`, file]),
    )
    .join(' && ')

type Owned = { readonly container: ContainerFacts; readonly now: OwnerNow }

const ownedOf = ({ containers, owners }: HostFacts): readonly Owned[] => {
  const accounts = known(owners)
  return (known(containers) ?? []).flatMap((container) =>
    container.owner === undefined || accounts === undefined
      ? []
      : [{ container, now: accounts.get(container.owner.login) }],
  )
}

const removeAll = (owned: readonly Owned[]) => ({
  run: shellLine(['docker', 'rm', '--force', ...owned.map(({ container }) => container.id.slice(0, 12))]),
})

/** A user's container opens there what its user could. */
const sockets = ['/var/run/docker.sock', '/run/docker.sock', '/var/run', '/run', '/']

export const peopleChecks: readonly Check[] = [
  {
    id: 'nss',
    title: 'NSS',
    severity: 'critical',
    risk: 'who a name is cannot be known, and who is not known is denied: nobody can work',
    look: ({ nss }) =>
      faultIf(known(nss)?.knowsRoot === false, {
        what: 'getent passwd root finds nobody',
        advice: 'mend passwd and group in /etc/nsswitch.conf, and what they name',
      }),
  },
  {
    id: 'nss-slow',
    title: 'NSS is slow',
    severity: 'warning',
    risk: 'a request waits for it, and is denied where it takes too long; asking for names that nobody has slows the gate down',
    look: ({ nss }) => {
      const seconds = known(nss)?.seconds ?? 0
      return faultIf(seconds > 2, {
        what: `it took ${seconds.toFixed(1)} seconds to learn that nobody has a certain name`,
        advice: 'let sssd or nscd keep its answers, those that a name is unknown too',
      })
    },
  },
  {
    id: 'ids-of-accounts',
    title: "subordinate ids that are accounts' own",
    severity: 'critical',
    risk: 'who has them becomes that account, with newuidmap or in a remapped container',
    look: (facts) => {
      const accounts = [...(known(facts.accounts) ?? [])]
      const bad = rangesOf(facts).flatMap((range) => {
        const names = accounts.flatMap(([name, uid]) =>
          ![name, String(uid)].includes(range.owner) && isIn(uid, range) ? [name] : [],
        )
        return range.file === '/etc/subuid' && names.length > 0 ? [{ range, names }] : []
      })
      return faultOf(
        bad.map(({ range, names }) => `${range.line} has ${names.slice(0, 5).join(', ')}`),
        (all) => `in /etc/subuid ${all}`,
        { run: removal(bad.map(({ range }) => range)) },
      )
    },
  },
  {
    id: 'ids-overlap',
    title: 'subordinate ids of two accounts',
    severity: 'warning',
    risk: "each of the two can change the other's files and signal the other's processes in user namespaces",
    look: (facts) => {
      const ranges = rangesOf(facts)
      // A range may be given by the number of the account too.
      const uidOf = ({ owner }: IdRange) => String(known(facts.accounts)?.get(owner) ?? owner)
      const later = ranges.filter((one, index) =>
        ranges.slice(0, index).some((each) => uidOf(each) !== uidOf(one) && overlap(each, one)),
      )
      return faultOf(
        later.map(({ file, line }) => `${line} in ${file}`),
        (all) => `others have these ids too: ${all}`,
        { run: removal(later) },
      )
    },
  },
  {
    id: 'user-namespaces',
    title: 'user namespaces',
    severity: 'notice',
    risk: 'users cannot build images without the engine (dockerbuild), or run rootless engines; what they run with dockerrun goes on',
    look: ({ namespacesOff }) => {
      const off = known(namespacesOff)
      return off === undefined ? undefined : { what: `${off.what}: users cannot make them`, run: off.run }
    },
  },
  {
    id: 'owner-gone',
    title: 'containers of users who have left',
    severity: 'warning',
    risk: 'they run on with a uid that the next account may get, and hold its files open',
    look: (facts) => {
      const left = ownedOf(facts).filter(({ container, now }) => now?.uid !== container.owner?.uid)
      return faultOf(
        left.map(({ container }) => `${container.name} (${container.owner?.login})`),
        (all) => `no such account any more: ${all}`,
        removeAll(left),
      )
    },
  },
  {
    id: 'owner-groups',
    title: 'containers with groups that their users have lost',
    severity: 'warning',
    risk: 'what runs there still reads and changes what belongs to those groups',
    look: (facts) => {
      const lost = ownedOf(facts).filter(
        ({ container, now }) =>
          now !== undefined &&
          now.uid === container.owner?.uid &&
          container.gids.some((gid) => !now.gids.includes(gid)),
      )
      return faultOf(
        lost.map(({ container }) => `${container.name} (${container.owner?.login})`),
        (all) => `started when they had more groups: ${all}`,
        removeAll(lost),
      )
    },
  },
  {
    id: 'unrecorded',
    title: 'containers from before',
    severity: 'warning',
    risk: "they cannot start again; adopted, they are root's and run with all that they were made with, so look at them first: dockerrunctl adopt",
    look: ({ unrecorded }) =>
      faultOf(known(unrecorded)?.map((id) => id.slice(0, 12)) ?? [], (ids) => `no record of ${ids}`, {
        run: 'dockerrunctl adopt --all',
      }),
  },
  {
    id: 'socket-inside',
    title: "containers with the engine's socket",
    severity: 'warning',
    risk: 'who controls what runs in them is an administrator: root on this host',
    look: ({ containers }) =>
      faultOf(
        (known(containers) ?? [])
          .filter(({ owner, sources }) => owner === undefined && sources.some((each) => sockets.includes(each)))
          .map(({ name }) => name),
        (names) => `they have it, or a folder with it: ${names}`,
        { advice: 'see that nobody but administrators can reach them, or remove them' },
      ),
  },
]
