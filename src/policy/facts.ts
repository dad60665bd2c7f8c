/** What a rule may ask of the world. Gathered before, handed in: a decision reads no disk, network or clock. */
import type { Account } from '../contract/identity.ts'
import type { Grants } from './grants.ts'
import type { Members } from './job-cgroup.ts'
import type { Owner } from './owner.ts'

export type Caller =
  /** Root on the engine's socket, uid 0 by certificate, or whom policy calls administrator. */
  | { readonly kind: 'administrator'; readonly name: string }
  | { readonly kind: 'user'; readonly account: Account }
  /** Nobody in particular, on a socket that policy opens to them; binds are looked at as `account`, which is nobody's. */
  | { readonly kind: 'anonymous'; readonly account: Account }
  | { readonly kind: 'refused'; readonly why: string }

/** A bind as the create body asked for it. */
export type Bind = {
  readonly source: string
  readonly readOnly: boolean
  readonly nonRecursive: boolean
  /** Where it appears; records of older versions do not say. */
  readonly target?: string
  /** The engine has only a stand-in for it: gate 2 opens the source as the user. */
  readonly isStandIn?: true
}

/** own: the ids inside are the host's, and one's own. remapped: they are the engine's subordinate ones (userns-remap). */
export type Ids = 'own' | 'remapped'

/** What gate 1 knows of a container: recorded when it allowed the creation, never read from a label. */
export type ContainerRecord = {
  readonly id: string
  readonly name: string
  readonly owner: Owner
  readonly login: string
  readonly image: string
  readonly ids: Ids
  readonly binds: readonly Bind[]
  /** probed: the engine's root read files of it for the user, so it never runs; started: it may have run. */
  readonly phase: 'created' | 'probed' | 'started'
  /** Where it has only a folder of a volume (Subpath), and of which. */
  readonly subpaths?: readonly { readonly target: string; readonly volume: string }[]
  /** Host devices it was made with, by path, and whether with GPUs. */
  readonly devices?: readonly string[]
  readonly gpus?: boolean
  /** Made with volumes that others of the user's may have: the engine reads no files of it. */
  readonly sharesVolumes?: boolean
  /** Gate 2 has put an /etc/group into it that nobody but root can replace. */
  readonly holdsGroups?: boolean
}

/** A bind source as the user sees it from a host shell. */
export type PathFact =
  | {
      readonly kind: 'directory' | 'file' | 'device' | 'other'
      /** The path is its own realpath. */
      readonly canonical: boolean
      /** It belongs to the user, and is no folder where others put theirs too (sticky). */
      readonly own: boolean
      /** The user may read it: one's own rights may be fewer than everybody else's. */
      readonly opens: boolean
      /** No folder on the way to it can be replaced by anybody but root; itself, it may. */
      readonly fixed: boolean
    }
  /** A job's, and who has processes in it. */
  | { readonly kind: 'cgroup'; readonly members: Members }
  | { readonly kind: 'unreachable' }

/** A container as the engine would start it: its image's settings and what its names mean now included. */
export type FinalContainer = {
  readonly hasRun: boolean
  /** How often its health is checked, in nanoseconds; 0 is the engine's default. Empty where it is not. */
  readonly healthIntervals: readonly number[]
  readonly workingDir: string
  readonly mounts: readonly {
    readonly type: string
    readonly target: string
    readonly source: string
    readonly readOnly: boolean
    readonly volume: string | undefined
  }[]
  readonly networkMode: string
  readonly pidMode: string
  readonly ipcMode: string
  /** Names or ids of the networks it is connected to. */
  readonly networks: readonly string[]
}

/** What a reference to a network means to the engine now. */
export type NetworkFact = {
  readonly id: string
  readonly name: string
  /** site: no user made it. */
  readonly whose: 'own' | 'other' | 'site'
}

/**
 * free: no volume of this name exists, and nobody has just asked for one. fresh: an own one that no container had yet which
 * was started. filling: a fresh one into which the engine may be copying at this moment.
 */
export type VolumeFact = 'own' | 'fresh' | 'filling' | 'free' | 'taken'

/** Is it the caller's? */
export const isOwnVolume = (fact: VolumeFact | undefined): boolean =>
  fact === 'own' || fact === 'fresh' || fact === 'filling'

export type Facts = {
  readonly caller: Caller
  readonly grants: Grants
  /** Does the engine run with userns-remap? Undefined where the request does not depend on it. */
  readonly remapped: boolean | undefined
  /** The record of the container (or of the exec's container) that the path names, if there is one. */
  readonly container: ContainerRecord | undefined
  /** Who the exec that the path names runs as. */
  readonly exec: ExecFact | undefined
  /** The container as the engine would start it; undefined where that does not matter. */
  readonly final: FinalContainer | undefined
  /** Containers that the request refers to elsewhere, by the reference; another's or none is not in it. */
  readonly ownContainers: ReadonlyMap<string, ContainerRecord>
  /** Networks that the request refers to, by the reference. */
  readonly networks: ReadonlyMap<string, NetworkFact>
  /** Volumes that the request refers to, by name. */
  readonly volumes: ReadonlyMap<string, VolumeFact>
  /** How many the caller has now. */
  readonly counts: { readonly containers: number; readonly networks: number; readonly volumes: number }
  /** Gate 2 is the engine's default runtime: it makes nothing in a bound folder, and binds what the user could open. */
  readonly isGuarded: boolean
  /** Folders of this engine besides the usual ones: its data root. */
  readonly engineFolders: readonly string[]
  /** The image a container would be made of, as the engine has it now; for the audit log. */
  readonly imageDigest: string | undefined
  /** The owner that the image's labels name. */
  readonly imageOwner: string | undefined
  /** Where its containers work that do not say otherwise. */
  readonly imageWorkingDir: string
  /** The registry of a pull is this machine itself, by whatever name. */
  readonly registryIsHere: boolean
  /** The image a pull would replace was not pulled: it was made here. */
  readonly imageIsLocal: boolean
  /** May this user take this container or network name? False while another has or just had it. */
  readonly nameIsFree: boolean
  /** Per bind source asked for, now, as the user. */
  readonly paths: ReadonlyMap<string, PathFact>
}

export type ExecFact = { readonly user: string; readonly isPrivileged: boolean }

/** Folders no user's bind may show, nor what they are in: the engine's own, and those where the kernel speaks. */
export const closedFolders = [
  '/proc',
  '/sys',
  '/dev',
  '/run/docker',
  '/var/run/docker',
  '/run/containerd',
  '/run/dockerrun',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/var/lib/dockerrun',
] as const
