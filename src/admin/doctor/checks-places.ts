/** Files and folders that decide for root: whoever can change one of them is root, or who they like. */
import { shellLine } from '../../host/shell-words.ts'
import { faultIf, faultOf, install, type Check, type Severity } from './check.ts'
import { known, type HostFacts, type PlaceKind } from './facts.ts'

type PlaceRow = { readonly title: string; readonly severity: Severity; readonly risk: string }

const placeRows: Readonly<Record<PlaceKind, PlaceRow>> = {
  policy: {
    title: 'who can change the policy file',
    severity: 'critical',
    risk: 'they make themselves administrators: root on this host. The gate keeps to the old policy, and denies all when it starts',
  },
  settings: {
    title: "who can change the engine's settings",
    severity: 'critical',
    risk: 'they take the gates out, or name a runtime of their own: root on this host',
  },
  programs: {
    title: 'who can change the programs of the gates',
    severity: 'critical',
    risk: 'root runs what they put there',
  },
  keys: {
    title: "who can change the CA's folder",
    severity: 'critical',
    risk: 'they put a CA of their own there, and are anybody; or take the list of revoked certificates away',
  },
  plugin: {
    title: "who can reach the gate's socket",
    severity: 'critical',
    risk: 'they answer the engine in the place of the gate, or speak to the gate as if they were the engine',
  },
  state: {
    title: "who can change the gate's records",
    severity: 'critical',
    risk: "they make others' containers their own",
  },
  audit: {
    title: 'who can change the audit log',
    severity: 'warning',
    risk: 'they take out what they did, or put in what others did not do',
  },
  installed: {
    title: 'who can change what dockerrunctl install wrote',
    severity: 'critical',
    risk: 'units, the sudo rule and the profile are run as root, or by everybody',
  },
}

const placeCheck = (kind: PlaceKind, row: PlaceRow): Check => ({
  id: `open-${kind}`,
  ...row,
  look: ({ openPlaces }) => {
    const open = (known(openPlaces) ?? []).filter((place) => place.kind === kind)
    const paths = open.map(({ path }) => path)
    const what = (all: string) => `others than root can change ${all}`
    // What everybody may write, such as /tmp, is to stay so.
    if (open.some(({ isShared }) => isShared))
      return faultOf(paths, what, { advice: 'put it where only root can write' })
    return faultOf(paths, what, {
      run: `${shellLine(['chown', '--no-dereference', 'root', ...paths])} && ${shellLine(['chmod', 'go-w', ...paths])}`,
    })
  },
})

const isPlaceKind = (kind: string): kind is PlaceKind => kind in placeRows
const kinds = Object.keys(placeRows).filter(isPlaceKind)

const installedIn = ({ installed }: HostFacts, state: 'gone' | 'changed'): readonly string[] =>
  (known(installed) ?? []).flatMap((file) => (file.state === state ? [file.path] : []))

export const placeChecks: readonly Check[] = [
  ...kinds.map((kind) => placeCheck(kind, placeRows[kind])),
  {
    id: 'policy-broken',
    title: 'the policy file',
    severity: 'critical',
    risk: 'the gate keeps to the policy it has, and when it starts anew users are denied everything',
    look: ({ policy }) => {
      const found = known(policy)
      return found !== undefined && 'broken' in found
        ? { what: found.broken, advice: 'mend that line: dockerrunctl policy check says when it is good' }
        : undefined
    },
  },
  {
    id: 'policy-warnings',
    title: 'what the policy file says in vain',
    severity: 'notice',
    risk: 'somebody is granted less, or more, than its author thinks',
    look: ({ policy }) => {
      const found = known(policy)
      return faultOf(found !== undefined && 'warnings' in found ? found.warnings : [], (all) => all, {
        advice: 'dockerrunctl policy check shows each',
      })
    },
  },
  {
    id: 'data-root',
    title: "the engine's folder",
    severity: 'warning',
    risk: 'images, volumes and logs of everybody can be reached by everybody',
    look: ({ engine }) => {
      const folder = known(engine)?.dataRoot
      return folder === undefined || (folder.mode & 0o007) === 0
        ? undefined
        : { what: `others may enter ${folder.path}`, run: shellLine(['chmod', 'o-rwx', folder.path]) }
    },
  },
  {
    id: 'audit-room',
    title: 'room for the audit log',
    severity: 'warning',
    risk: 'what cannot be recorded is not permitted: users can only stop and remove what is theirs. Whoever fills that disk keeps all others out',
    look: ({ audit }) => {
      const disk = known(audit)
      return faultIf(disk !== undefined && (disk.bytes < 100e6 || (disk.room < 0.05 && disk.bytes < 10e9)), {
        what: `${Math.floor((disk?.bytes ?? 0) / 1e6)} MB are left for ${disk?.path}`,
        advice: 'make room there, or give it a file system of its own',
      })
    },
  },
  {
    id: 'installed-gone',
    title: 'what dockerrunctl install wrote, and is gone',
    severity: 'warning',
    risk: 'without its units the gate does not start; without sudo rule and profile users get no certificate',
    look: (facts) => faultOf(installedIn(facts, 'gone'), (paths) => `gone: ${paths}`, install(facts)),
  },
  {
    id: 'installed-changed',
    title: 'what dockerrunctl install wrote, and was changed',
    severity: 'notice',
    risk: 'what keeps the gate to what it needs, or users to their own certificate, may not be there any more',
    look: (facts) =>
      faultOf(installedIn(facts, 'changed'), (paths) => `changed since: ${paths}`, {
        advice: 'dockerrunctl install --dry-run shows what is different, without --dry-run it is taken back',
      }),
  },
  {
    id: 'sudo-rule',
    title: 'the sudo rule',
    severity: 'warning',
    risk: 'sudo refuses all rules, or this one: users get no certificate',
    look: (facts) => {
      const complaint = known(facts.sudoRule)
      return faultIf(complaint !== undefined, { what: `visudo: ${complaint}`, ...install(facts) })
    },
  },
  {
    id: 'not-enabled',
    title: 'what starts with the host',
    severity: 'warning',
    risk: 'the engine does not start without its gate: after the next boot nobody can work',
    look: ({ notEnabled }) => {
      const units = known(notEnabled) ?? []
      return faultOf(units, (all) => `not enabled: ${all}`, { run: shellLine(['systemctl', 'enable', ...units]) })
    },
  },
]
