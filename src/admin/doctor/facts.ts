/** What doctor knows of a host: facts that were gathered once, each with the reason where it could not be had. */
import type { Daemon } from '../daemon-json.ts'

/** A fact that cannot be had is said, and never taken for a good one. */
export type Fact<Value> = { readonly is: Value } | { readonly why: string }

export const known = <Value>(fact: Fact<Value>): Value | undefined => ('is' in fact ? fact.is : undefined)

export type Place = { readonly path: string; readonly mode: number; readonly uid: number; readonly gid: number }

/** A unix socket; connect(2) asks for the right to write. */
export type Door = Place & {
  /** Entries of an access list beside the mode. */
  readonly hasAcl: boolean
  /** Of the group it belongs to. */
  readonly group: string
  readonly members: readonly string[]
}

/** An engine that runs on this host. */
export type EngineProcess = {
  readonly pid: number
  readonly line: readonly string[]
  /** The file it read its settings from, and what is in it now. */
  readonly settings: string
  readonly config: Fact<Daemon>
}

export type GateProcess = { readonly pid: number; readonly socket: string; readonly state: string }

/** What the engine says of itself. */
export type EngineFacts = {
  readonly version: string
  readonly runtimeVersion: string
  /** The commit, or the distributor's version with its revision. */
  readonly runtimeBuild: string
  readonly defaultRuntime: string
  readonly runtimes: readonly string[]
  readonly plugins: readonly string[]
  /** Plugins that the engine runs itself, and that are on. */
  readonly managedPlugins: readonly string[]
  readonly isRemapped: boolean
  readonly hasSeccomp: boolean
  readonly hasSwarm: boolean
  readonly hasLiveRestore: boolean
  readonly cgroupDriver: string
  readonly insecureRegistries: readonly string[]
  /** Milliseconds that its clock is ahead of ours. */
  readonly ahead: number
  readonly dataRoot: Place | undefined
}

export type ContainerFacts = {
  readonly id: string
  readonly name: string
  readonly sources: readonly string[]
  /** Whose it is, by the gate's record; root's have none here. */
  readonly owner: { readonly login: string; readonly uid: number } | undefined
  /** The groups of its processes, while it runs. */
  readonly gids: readonly number[]
}

/** An account as NSS has it now; undefined where it is gone. */
export type OwnerNow = { readonly uid: number; readonly gids: readonly number[] } | undefined

/** What a TCP address of the engine says to somebody without a certificate. */
export type TcpFacts = {
  readonly answersPlain: boolean
  readonly asksForCertificate: boolean
  /** TLS 1.1 or older. */
  readonly takesOldTls: boolean
  readonly offersHttp2: boolean
  /** Of the certificate it shows. */
  readonly fingerprint: string | undefined
}

export type CertificateFacts = {
  readonly path: string
  readonly isAuthority: boolean
  /** Further names of the engine, beside those that dockerrunctl cert server gives it by itself. */
  readonly names: readonly string[]
  readonly notBefore: Date
  readonly notAfter: Date
  readonly fingerprint: string
}

export type IdRange = {
  readonly file: string
  readonly line: string
  readonly owner: string
  readonly first: number
  readonly count: number
}

/** What others could change; the names are those of the table in checks-places.ts. */
export type PlaceKind = 'policy' | 'settings' | 'programs' | 'keys' | 'plugin' | 'state' | 'audit' | 'installed'
export type OpenPlace = {
  readonly kind: PlaceKind
  readonly path: string
  /** A folder such as /tmp. */
  readonly isShared: boolean
}

export type PluginFile = { readonly path: string; readonly isOurs: boolean }
export type InstalledFile = { readonly path: string; readonly state: 'gone' | 'changed' }

/** A policy that is none says why. */
export type PolicyFacts =
  | { readonly isAnonymous: boolean; readonly warnings: readonly string[] }
  | { readonly broken: string }

export type HostFacts = {
  readonly daemon: Fact<Daemon>
  readonly processes: Fact<{ readonly engines: readonly EngineProcess[]; readonly gates: readonly GateProcess[] }>
  readonly engine: Fact<EngineFacts>
  readonly gate: Fact<'well' | 'silent'>
  readonly unrecorded: Fact<readonly string[]>
  readonly containers: Fact<readonly ContainerFacts[]>
  readonly owners: Fact<ReadonlyMap<string, OwnerNow>>
  readonly engineSocket: Fact<Door | undefined>
  /** containerd's, and further ones that engines which run listen on. */
  readonly rootSockets: Fact<readonly Door[]>
  /** Whether the engine's socket speaks HTTP/2 to whoever does so first. */
  readonly socketHttp2: Fact<boolean>
  readonly tcp: readonly { readonly address: string; readonly answer: Fact<TcpFacts> }[]
  readonly dockerGroup: Fact<readonly string[]>
  readonly certificates: Fact<readonly CertificateFacts[]>
  /** How many certificates the engine's CA file has. */
  readonly authorities: Fact<number>
  readonly caKey: Fact<Place | undefined>
  /** The file, and the number of the line that is none, if there is one. */
  readonly revocations: Fact<{ readonly path: string; readonly brokenLine: number | undefined }>
  /** The newest time that the record of issued certificates has. */
  readonly lastIssue: Fact<Date | undefined>
  readonly openPlaces: Fact<readonly OpenPlace[]>
  readonly policy: Fact<PolicyFacts>
  readonly audit: Fact<{ readonly path: string; readonly room: number; readonly bytes: number }>
  readonly idRanges: Fact<readonly IdRange[]>
  /** Accounts that NSS enumerates. */
  readonly accounts: Fact<ReadonlyMap<string, number>>
  /** What keeps users from making user namespaces; undefined where nothing does. */
  readonly namespacesOff: Fact<{ readonly what: string; readonly run: string } | undefined>
  /** The file of Slurm's that is there. */
  readonly slurm: Fact<string | undefined>
  /** How long it took to learn that nobody has a certain name, and whether root is known. */
  readonly nss: Fact<{ readonly seconds: number; readonly knowsRoot: boolean }>
  /** Of what dockerrunctl install wrote. */
  readonly installed: Fact<readonly InstalledFile[]>
  /** What visudo has against the rule. */
  readonly sudoRule: Fact<string | undefined>
  /** Units that do not start with the host, where there is systemd. */
  readonly notEnabled: Fact<readonly string[]>
  /** Files by which an engine finds plugins: those that are named as the gate or that cannot be read. */
  readonly pluginFiles: Fact<readonly PluginFile[]>
  readonly now: Date
  readonly daemonPath: string
  /** Lines for root's shell that set this host up again, and start its engine anew. */
  readonly commands: { readonly install: string; readonly restart: string }
}

/** How a fact is named where it could not be had. */
export const factNames: Readonly<Record<Exclude<keyof HostFacts, 'now' | 'daemonPath' | 'commands' | 'tcp'>, string>> =
  {
    daemon: 'daemon.json',
    processes: 'the processes of engines and gates',
    engine: 'what the engine says of itself',
    gate: 'gate 1',
    unrecorded: 'containers without a record',
    containers: 'containers',
    owners: 'the accounts of owners of containers',
    engineSocket: "the engine's socket",
    rootSockets: "containerd's socket, and further ones of engines",
    socketHttp2: "HTTP/2 on the engine's socket",
    dockerGroup: 'the group docker',
    certificates: 'certificates',
    authorities: "the engine's CA file",
    caKey: "the CA's key",
    revocations: 'the list of revoked certificates',
    lastIssue: 'the record of issued certificates',
    openPlaces: 'who can change the files of engine and gate',
    policy: 'the policy file',
    audit: 'the disk of the audit log',
    idRanges: 'subordinate ids',
    accounts: 'the list of accounts',
    namespacesOff: 'user namespaces',
    slurm: 'Slurm',
    nss: 'NSS',
    installed: 'what dockerrunctl install wrote',
    sudoRule: 'the sudo rule',
    notEnabled: 'units that start with the host',
    pluginFiles: 'files that name plugins',
  }
