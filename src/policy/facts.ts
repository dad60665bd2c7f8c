/** What a rule may ask of the world. Gathered before, handed in: a decision reads no disk, network or clock. */
import type { Account } from '../contract/identity.ts'

export type Caller =
  /** Root on the engine's socket, uid 0 by certificate, or a name policy calls administrator. */
  | { readonly kind: 'administrator'; readonly name: string }
  | { readonly kind: 'user'; readonly account: Account }
  | { readonly kind: 'refused'; readonly why: string }

/** A bind as the create body asked for it. */
export type Bind = { readonly source: string; readonly readOnly: boolean; readonly nonRecursive: boolean }

/** What gate 1 knows of a container: recorded when it allowed the creation, never read from a label. */
export type ContainerRecord = {
  readonly id: string
  readonly name: string
  readonly uid: number
  readonly login: string
  readonly image: string
  readonly binds: readonly Bind[]
  /** probed: the engine's root read files of it for the user, so it never runs; started: it may have run. */
  readonly phase: 'created' | 'probed' | 'started'
}

/** A bind source as the user sees it from a host shell. */
export type PathFact =
  | {
      readonly kind: 'directory' | 'file' | 'device' | 'other'
      /** The path is its own realpath. */
      readonly canonical: boolean
      /** It belongs to the user, and is no folder where others put theirs too (sticky). */
      readonly own: boolean
    }
  | { readonly kind: 'unreachable' }

export type FinalContainer = {
  readonly hasRun: boolean
  readonly workingDir: string
  readonly mounts: readonly { readonly type: string; readonly target: string }[]
}

export type Facts = {
  readonly caller: Caller
  /** Does the engine run with userns-remap? Undefined where the request does not depend on it. */
  readonly remapped: boolean | undefined
  /** The record of the container (or of the exec's container) that the path names, if there is one. */
  readonly container: ContainerRecord | undefined
  /** The container as the engine would start it, its image's settings included; undefined where that does not matter. */
  readonly final: FinalContainer | undefined
  /** Folders of this engine besides the usual ones: its data root. */
  readonly engineFolders: readonly string[]
  /** Registry hosts that policy lets users pull from; undefined where it says nothing. */
  readonly registries: readonly string[] | undefined
  /** The registry of a pull is this machine itself, by whatever name. */
  readonly registryIsHere: boolean
  /** The image a pull would replace was not pulled: it was made here. */
  readonly imageIsLocal: boolean
  /** May this user take this container name? False while another user's container has or just had it. */
  readonly nameIsFree: boolean
  /** Per bind source asked for, now, as the user. */
  readonly paths: ReadonlyMap<string, PathFact>
}

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
