/** What gate 2 asks of the rest of dockerrun-authz: records and accounts, and never the engine, which waits for it. */
import type { Account } from '../contract/identity.ts'
import type { Json } from '../contract/json.ts'
import { Failure } from '../failure.ts'
import type { Caller, ContainerRecord } from '../policy/facts.ts'
import type { Grants } from '../policy/grants.ts'
import type { Owner } from '../policy/owner.ts'
import { membersOf } from '../policy/job-cgroup.ts'
import { matchesDevice } from '../policy/patterns.ts'
import type { Reference } from './reference.ts'
import type { DeviceNumber, RuntimeFacts } from '../policy/runtime-facts.ts'

export type RuntimeWorld = {
  readonly record: (id: string) => ContainerRecord | undefined
  readonly volumeOwner: (name: string) => Owner | undefined
  /** Whether nobody but root can ever put another /etc/group into it; nothing where the container is gone. */
  readonly noteGroups: (id: string, holdsGroups: boolean) => void
  /** A classic build of an administrator's is under way: the engine makes containers of its own for it, without a request. */
  readonly isBuilding: () => boolean
  /** NSS. Undefined where it has none. */
  readonly lookUp: (login: string) => Promise<Account | undefined>
  /** NSS. Groups without a name are left out. */
  readonly groupNames: (gids: readonly number[]) => Promise<ReadonlyMap<number, string>>
  readonly grantsOf: (caller: Caller) => Promise<Grants>
  /** What the engine gives root's containers; undefined where it is not known yet. */
  readonly reference: () => Reference | undefined
  readonly isReference: (id: string) => boolean
  readonly learn: (id: string, spec: Json) => void
}

/** runc 1.3 and newer take groups for the numbers they are (commit 7dc248688). */
function isNumeric(version: string): boolean {
  const [, major, minor] = /^([0-9]+)\.([0-9]+)\./.exec(version) ?? []
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 3)
}

/** What the spec and the host say, and no record. */
export type Seen = Pick<RuntimeFacts, 'dataRoot' | 'containerOf' | 'devices'> & {
  readonly volumes: readonly string[]
  readonly job: Job | undefined
}

/** The cgroup of a Slurm job, whether slurmstepd is in it, and the uids of the processes in it. */
export type Job = { readonly path: string; readonly isRunning: boolean; readonly uids: readonly number[] }

export const isJobOf = ({ isRunning, uids }: Job, uid: number): boolean => isRunning && membersOf(uids, uid) === 'own'

const noDevices: readonly DeviceNumber[] = []
export const nothingSeen: Seen = {
  dataRoot: '',
  volumes: [],
  containerOf: new Map(),
  devices: noDevices,
  job: undefined,
}

/** Throws a Failure where the account or the engine's reference is not to be had. */
export async function gatherRuntimeFacts(
  record: ContainerRecord,
  seen: Seen,
  world: RuntimeWorld,
): Promise<RuntimeFacts> {
  const { owner, login } = record
  const isAnonymous = owner === 'anonymous'
  const account = await world.lookUp(isAnonymous ? 'nobody' : login)
  if (account === undefined || (!isAnonymous && account.uid !== owner))
    throw new Failure('account', `its user ${login} has no account here any more`, { hint: 'remove the container' })
  const reference = world.reference()
  if (reference === undefined)
    throw new Failure('settings', 'gate 2 does not know yet what this engine gives a container', {
      hint: 'start it again with docker start',
    })
  const caller: Caller = { kind: isAnonymous ? 'anonymous' : 'user', account }
  const grants = await world.grantsOf(caller)
  const { volumes, dataRoot, containerOf, devices, job } = seen
  return {
    id: record.id,
    ids: record.ids,
    account,
    isAnonymous,
    grants,
    reference: reference.spec,
    looksUpGroups: !isNumeric(reference.version),
    dataRoot,
    containerOf,
    // Gate 1 has noted what was asked for; what is granted is policy's to say, now.
    devices: devices.filter(({ path }) => matchesDevice(grants.devices, path)),
    standIns: new Map(
      record.binds.flatMap(({ source, target, isStandIn }) =>
        isStandIn === true ? [[target ?? '', source] as const] : [],
      ),
    ),
    ownSubpaths: new Set(
      (record.subpaths ?? []).filter(({ volume }) => world.volumeOwner(volume) === owner).map(({ target }) => target),
    ),
    ownVolumes: new Set(volumes.filter((name) => world.volumeOwner(name) === owner)),
    isOwnContainer: (id) => world.record(id)?.owner === owner,
    hasGpus: record.gpus === true && grants.gpus,
    job: job !== undefined && isJobOf(job, account.uid) ? job.path : undefined,
  }
}
