/** What policy grants a caller: the section that is closest to them speaks first, for each key on its own (DESIGN 7). */
import type { OperationId } from '../contract/operations.ts'
import type { Account } from '../contract/identity.ts'
import { defaultAudit, type AuditSettings } from './audit-settings.ts'
import type { Caller } from './facts.ts'

export type HostNamespace = 'network' | 'ipc' | 'pid' | 'uts'
export type PortRange = { readonly first: number; readonly last: number }

/** Undefined is: no limit of the site's own. */
export type Limits = {
  /** Bytes a container may ask for; one that asks for none is then refused, since it would have all. */
  readonly memory: number | undefined
  /** CPUs (1.5 is one and a half), asked for in the same way. */
  readonly cpus: number | undefined
  /** Processes per container. */
  readonly processes: number
  /** Bytes of /dev/shm, and of each tmpfs. */
  readonly shm: number | undefined
  /** Bytes of a container's log: max-size times max-file. */
  readonly log: number | undefined
  /** Bytes of a container's writable layer (storage-opt size). */
  readonly layer: number | undefined
  /** How many of each a user may have at a time. */
  readonly containers: number | undefined
  readonly networks: number
  readonly volumes: number
  /** Hard limits that --ulimit may ask for, by name; -1 is unlimited. */
  readonly ulimits: Readonly<Record<string, number>>
}

/** An image with its command and mounts, all fixed: what a sudo rule with a wrapper script did. */
export type Profile = {
  readonly image: string
  /** Absent: the image's own. */
  readonly entrypoint: readonly string[] | undefined
  readonly command: readonly string[] | undefined
  readonly workdir: string
  readonly network: string
  readonly environment: readonly string[]
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[]
}

export type Grants = {
  /** Operations taken away. */
  readonly deny: readonly OperationId[]
  /** own: only lists filtered to what is one's own are answered. */
  readonly lists: 'all' | 'own'
  /** Registry hosts to pull from, with their ports. Undefined: any but those on the host itself. */
  readonly registries: readonly string[] | undefined
  /** Patterns of images to run and pull. Undefined: any. */
  readonly images: readonly string[] | undefined
  /** Patterns of repositories to tag, commit, push and delete in, besides localhost/<login>/. */
  readonly repositories: readonly string[]
  /** Folders below which binds may start. Undefined: wherever the user could. */
  readonly binds: readonly string[] | undefined
  /** May a remapped container write to host binds? All users share its ids. */
  readonly remappedBinds: 'read-only' | 'writable'
  /** bridge, none, host, own, and names of the site's networks. */
  readonly networks: readonly string[]
  /** The host's namespaces that may be asked for. */
  readonly namespaces: readonly HostNamespace[]
  /** Host ports to publish on. Undefined: none. */
  readonly ports: PortRange | undefined
  readonly devices: readonly string[]
  readonly gpus: boolean
  readonly limits: Limits
  /** confine: containers run inside a Slurm job of the user's, bound by its limits. */
  readonly slurm: 'confine' | 'free'
  /** Where there are some, nothing else may be run. */
  readonly profiles: readonly Profile[] | undefined
}

/** A section of the policy file says what it says. */
export type Section = { readonly [Key in keyof Grants]?: Key extends 'limits' ? Partial<Limits> : Grants[Key] }
export type Named<Value> = { readonly name: string; readonly section: Value }

export type Policy = {
  readonly socket: 'admin' | 'anonymous'
  readonly administrators: { readonly users: readonly string[]; readonly groups: readonly string[] }
  readonly everyone: Section
  readonly anonymous: Section
  readonly groups: readonly Named<Section>[]
  readonly users: readonly Named<Section>[]
  readonly audit: AuditSettings
  /** The list of revoked certificates. Undefined: pki/revoked.jsonl beside the policy file. */
  readonly revoked: string | undefined
}

/** What an empty policy gives a user with an account on the host (DESIGN 7). */
export const defaultGrants: Grants = {
  deny: [],
  lists: 'all',
  registries: undefined,
  images: undefined,
  repositories: [],
  binds: undefined,
  remappedBinds: 'read-only',
  networks: ['bridge', 'none', 'host', 'own'],
  namespaces: ['network', 'ipc', 'pid', 'uts'],
  ports: { first: 1024, last: 65_535 },
  devices: [],
  gpus: false,
  limits: {
    memory: undefined,
    cpus: undefined,
    processes: 4096,
    shm: undefined,
    log: undefined,
    layer: undefined,
    containers: undefined,
    networks: 5,
    volumes: 100,
    ulimits: { core: -1, cpu: -1, data: -1, fsize: -1, nofile: 1_048_576, nproc: 4096, stack: -1 },
  },
  slurm: 'free',
  profiles: undefined,
}

export const emptyPolicy: Policy = {
  socket: 'admin',
  administrators: { users: [], groups: [] },
  everyone: {},
  anonymous: {},
  groups: [],
  users: [],
  audit: defaultAudit,
  revoked: undefined,
}

/** The gids of the groups a policy names; a name that NSS does not know is not in it. */
export type GroupIds = ReadonlyMap<string, number>

export function isAdministrator({ administrators }: Policy, account: Account, gids: GroupIds): boolean {
  return (
    account.uid === 0 ||
    administrators.users.includes(account.login) ||
    administrators.groups.some((group) => isMember(account, gids.get(group)))
  )
}

const isMember = ({ groups }: Account, gid: number | undefined): boolean => groups.some((group) => group.gid === gid)

/** The sections that speak for a caller, the closest first. */
export function findSections(policy: Policy, caller: Caller, gids: GroupIds): readonly Named<Section>[] {
  const everyone = { name: 'everyone', section: policy.everyone }
  if (caller.kind === 'anonymous') return [{ name: 'anonymous', section: policy.anonymous }, everyone]
  if (caller.kind !== 'user') return []
  const { account } = caller
  return [
    ...policy.users.filter(({ name }) => name === account.login).map((each) => prefix('users', each)),
    ...policy.groups.filter(({ name }) => isMember(account, gids.get(name))).map((each) => prefix('groups', each)),
    everyone,
  ]
}

const prefix = (kind: string, { name, section }: Named<Section>): Named<Section> => ({
  name: `${kind}.${name}`,
  section,
})

/** For each key, what the closest section says that has it. */
export function mergeGrants(sections: readonly Section[]): Grants {
  const farthestFirst = sections.toReversed()
  return {
    ...defaultGrants,
    ...Object.assign({}, ...farthestFirst),
    limits: { ...defaultGrants.limits, ...Object.assign({}, ...farthestFirst.map(({ limits }) => limits ?? {})) },
  }
}
