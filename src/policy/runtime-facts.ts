/** What gate 2 may ask of the world about a container that is about to be made, or a process in one. */
import type { Account } from '../contract/identity.ts'
import type { Json } from '../contract/json.ts'
import type { Ids } from './facts.ts'
import type { Grants } from './grants.ts'

export type RuntimeFacts = {
  /** The container's full id. */
  readonly id: string
  readonly ids: Ids
  /** Whose it is; nobody's for an anonymous caller's. */
  readonly account: Account
  readonly isAnonymous: boolean
  readonly grants: Grants
  /** The OCI spec of a container that root makes on this engine and asks for nothing: what is in it is the engine's own. */
  readonly reference: Json
  /** This runc takes the number of a group for a name first, and looks it up in the container's /etc/group (M04b). */
  readonly looksUpGroups: boolean
  /** Where the engine keeps its things: what comes before overlay2/... in the path of the root file system. */
  readonly dataRoot: string
  /** Of binds that the engine has only a stand-in for: the real source by target. */
  readonly standIns: ReadonlyMap<string, string>
  /** Targets at which the container was made with a folder of a volume that is the user's. */
  readonly ownSubpaths: ReadonlySet<string>
  /** Volumes of the spec that are the user's. */
  readonly ownVolumes: ReadonlySet<string>
  /** Containers of the user's, by full id. */
  readonly isOwnContainer: (id: string) => boolean
  /** In which container each process is whose namespace is joined. */
  readonly containerOf: ReadonlyMap<number, string>
  /** Devices that policy grants and the container was made with. */
  readonly devices: readonly DeviceNumber[]
  readonly hasGpus: boolean
  /** The cgroup of a Slurm job that runs and is the user's, where the spec wants to be in it. */
  readonly job: string | undefined
}

export type DeviceNumber = {
  readonly path: string
  readonly type: string
  readonly major: number
  readonly minor: number
}

/** Where a graph driver or snapshotter of the engine's keeps root file systems (moby daemon/graphdriver, containerd). */
const rootForms = [
  /^(\/.+)\/(?:overlay2|fuse-overlayfs|aufs|overlay)\/[0-9a-f]+(?:-init)?\/merged$/,
  /^(\/.+)\/vfs\/dir\/[0-9a-f]+$/,
  /^(\/.+)\/btrfs\/subvolumes\/[0-9a-f]+$/,
  /^(\/.+)\/zfs\/graph\/[0-9a-f]+$/,
  /^(\/.+)\/devicemapper\/mnt\/[0-9a-f]+\/rootfs$/,
  /^(\/.+)\/rootfs\/[a-z0-9-]+\/[0-9a-f]{64}$/,
]

/** Undefined where the engine keeps them as no known one does. */
export const findDataRoot = (rootPath: string): string | undefined =>
  rootForms.map((form) => form.exec(rootPath)?.[1]).find((found) => found !== undefined)
