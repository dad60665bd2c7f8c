/** Gathers the facts one request needs, and no others: an administrator's request needs none. */
import type { Engine, EngineExec, EngineNetwork, EngineVolume } from '../host/engine.ts'
import type { Account } from '../contract/identity.ts'
import type { Json } from '../contract/json.ts'
import type { Bind, Caller, ContainerRecord, Facts, NetworkFact, PathFact, VolumeFact } from '../policy/facts.ts'
import { textAt } from '../policy/fields.ts'
import { defaultGrants, type Grants } from '../policy/grants.ts'
import { pulledImage } from '../policy/images.ts'
import { cgroupFolders, isJobCgroup } from '../policy/job-cgroup.ts'
import { findBinds } from '../policy/asked-mounts.ts'
import { mostMounts } from '../policy/mounts.ts'
import { ownerOf } from '../policy/owner.ts'
import { findReferences, finalReferences } from '../policy/references.ts'
import type { Request } from '../policy/request.ts'
import { rules } from '../policy/rules.ts'
import { anonymousForm } from '../policy/volumes.ts'
import type { LookAtPaths } from './paths.ts'
import type { Records } from './records.ts'
import { sweepRecords } from './sweep.ts'
import { isNetworkTaken, isTaken, takenName } from './taken-names.ts'
import { readContainerId, readImageFacts, readExec, readReferences, type Resolved } from './resolve.ts'

export type World = {
  readonly engine: Engine
  readonly records: Records
  readonly lookAtPaths: LookAtPaths
  /** Does the host of a registry lead to this machine itself? */
  readonly isLoopback: (host: string) => Promise<boolean>
  /** What policy grants. */
  readonly grantsOf: (caller: Caller) => Promise<Grants>
  /** Gate 2 has to have seen what this engine gives containers, before one of a user's starts. */
  readonly prepareRuntime: (guard: string) => Promise<void>
  readonly now: () => number
}

/** What was asked of the engine and the host. What the records say is read when the waiting is over (settleFacts). */
type Gathered = Pick<
  Facts,
  | 'caller'
  | 'grants'
  | 'remapped'
  | 'isGuarded'
  | 'final'
  | 'engineFolders'
  | 'imageDigest'
  | 'imageOwner'
  | 'imageWorkingDir'
  | 'registryIsHere'
  | 'imageIsLocal'
  | 'paths'
> &
  Resolved & {
    readonly containerId: string | undefined
    readonly exec: EngineExec | undefined
    /** Whose name the request would take, and whether the engine has it as another's. */
    readonly isNameTaken: boolean
  }

export type Person = Extract<Caller, { readonly account: Account }>

const nothing = {
  remapped: undefined,
  isGuarded: false,
  final: undefined,
  engineFolders: [],
  imageDigest: undefined,
  imageOwner: undefined,
  imageWorkingDir: '',
  registryIsHere: false,
  imageIsLocal: false,
  paths: new Map<string, PathFact>(),
  containerId: undefined,
  exec: undefined,
  containerIds: new Map(),
  networks: new Map(),
  volumes: new Map(),
  isNameTaken: false,
}

export const noFacts = (caller: Caller): Gathered => ({ ...nothing, caller, grants: defaultGrants })

/** In goes a request and who sent it; out come the facts its rules may ask for. Throws when one cannot be had. */
export async function gatherFacts(
  request: Request | { readonly why: string },
  caller: Caller,
  world: World,
  deadline?: AbortSignal,
): Promise<Gathered> {
  if (!('account' in caller) || 'why' in request) return noFacts(caller)
  const grants = await world.grantsOf(caller)
  const facts = { ...nothing, caller, grants }
  if (rules[request.operation].verdict === 'deny') return facts
  if (makesThings.test(request.operation)) await sweepWhereFull(caller, grants, world)
  const references = findReferences(request)
  const [found, special] = await Promise.all([
    readReferences(references, world.engine),
    gatherSpecial(request, caller, world, deadline),
  ])
  return { ...facts, ...found, ...special }
}

const makesThings = /^(?:Container|Network|Volume)Create$/

/** What is gone without a call that said so (--rm) does not count. */
async function sweepWhereFull(caller: Person, { limits }: Grants, world: World): Promise<void> {
  const owner = ownerOf(caller)
  if (owner === undefined) return
  const { containers, networks, volumes } = world.records.count(owner)
  const isFull =
    containers >= (limits.containers ?? Infinity) || networks >= limits.networks || volumes >= limits.volumes
  if (isFull) await sweepRecords(world)
}

async function gatherSpecial(
  request: Request,
  caller: Person,
  world: World,
  deadline: AbortSignal | undefined,
): Promise<Partial<Gathered>> {
  switch (request.operation) {
    case 'ContainerCreate':
      return await gatherForCreation(request, caller, world, deadline)
    case 'ContainerRename':
      return {
        ...(await gatherForContainer(request, caller, world, deadline)),
        isNameTaken: await isTaken('container', request.query.get('name') ?? '', caller, world),
      }
    case 'NetworkCreate':
      return { isNameTaken: await isNetworkTaken(request, world.engine) }
    case 'ImageCreate':
      return await gatherForPull(request, world)
    default:
      return await gatherForContainer(request, caller, world, deadline)
  }
}

async function gatherForContainer(
  request: Request,
  caller: Person,
  world: World,
  deadline: AbortSignal | undefined,
): Promise<Partial<Gathered>> {
  const { engine, records } = world
  const exec = await readExec(request, engine)
  const containerId = exec?.containerId ?? (await readContainerId(request, engine))
  const record = records.get(containerId ?? '')
  const facts = { exec, containerId }
  if (containerId === undefined || record === undefined || record.owner !== ownerOf(caller)) return facts
  if (request.operation === 'ContainerArchive' || request.operation === 'ContainerArchiveInfo')
    return { ...facts, final: await engine.readContainer(containerId) }
  const isExec = request.operation === 'ContainerExec' || request.operation === 'ExecStart'
  if (isExec && record.ids === 'remapped') return { ...facts, remapped: (await engine.readNature()).isRemapped }
  const isStart = request.operation === 'ContainerStart' || request.operation === 'ContainerRestart'
  return isStart ? { ...facts, ...(await gatherForStart(containerId, record, caller, world, deadline)) } : facts
}

async function gatherForStart(
  containerId: string,
  record: ContainerRecord,
  caller: Person,
  { engine, lookAtPaths, prepareRuntime }: World,
  deadline: AbortSignal | undefined,
): Promise<Partial<Gathered>> {
  const sources = record.binds.filter(isLookedAt).map(({ source }) => source)
  const [final, nature, paths] = await Promise.all([
    engine.readContainer(containerId),
    engine.readNature(),
    lookAtPaths(sources, caller.account, deadline),
  ])
  const found = final === undefined ? {} : await readReferences(finalReferences(final), engine)
  if (final !== undefined && nature.guard !== undefined) await prepareRuntime(nature.guard)
  return {
    ...found,
    final,
    remapped: nature.isRemapped,
    isGuarded: nature.guard !== undefined,
    engineFolders: [nature.dataRoot],
    paths,
  }
}

async function gatherForPull(request: Request, { engine, isLoopback }: World): Promise<Partial<Gathered>> {
  const image = pulledImage(request)
  if (image === undefined) return {}
  const [found, registryIsHere, { hasContainerdStore }] = await Promise.all([
    engine.readImage(image.reference),
    isLoopback(image.host),
    engine.readNature(),
  ])
  const wasPulled = found?.digests.some((digest) => digest.split('@')[0] === image.repository)
  return { imageIsLocal: wasPulled === false || (hasContainerdStore && found !== undefined), registryIsHere }
}

async function gatherForCreation(
  request: Request,
  caller: Person,
  world: World,
  deadline: AbortSignal | undefined,
): Promise<Partial<Gathered>> {
  const sources = request.body.kind === 'json' ? sourcesIn(request.body.value) : []
  const image = request.body.kind === 'json' ? textAt(request.body.value, 'Image') : ''
  const [nature, isNameTaken, imageFacts, paths] = await Promise.all([
    world.engine.readNature(),
    isTaken('container', request.query.get('name') ?? '', caller, world),
    readImageFacts(image, world.engine),
    sources.length > mostMounts ? nothing.paths : world.lookAtPaths(sources, caller.account, deadline),
  ])
  return {
    remapped: nature.isRemapped,
    isGuarded: nature.guard !== undefined,
    engineFolders: [nature.dataRoot],
    isNameTaken,
    ...imageFacts,
    paths,
  }
}

/** All that is looked at as the user. */
function sourcesIn(body: Json): readonly string[] {
  const parent = textAt(body, 'HostConfig', 'CgroupParent')
  const binds = findBinds(body).filter(isLookedAt)
  return [...binds.map(({ source }) => source), ...(isJobCgroup(parent) ? cgroupFolders(parent) : [])]
}

/** What has a stand-in is looked at by gate 2 alone. */
const isLookedAt = ({ isStandIn }: Bind): boolean => isStandIn !== true

/** No wait lies between this, the decision and the note of what was decided (answer.ts): all three see one state. */
export function settleFacts(gathered: Gathered, request: Request | { readonly why: string }, world: World): Facts {
  const { records, now } = world
  const { containerId, containerIds, networks, volumes, isNameTaken, exec, ...facts } = gathered
  const owner = ownerOf(facts.caller)
  const container = containerId === undefined ? undefined : records.get(containerId)
  const name = 'why' in request ? undefined : takenName(request)
  // A name that moves from one container to another, of one's own too, could be looked up by the gate here and by the engine there.
  const isMoved = !('why' in request) && request.operation === 'ContainerRename'
  const isHeld =
    name !== undefined &&
    owner !== undefined &&
    (records.isHeld(name.kind, name.name, owner, now()) || (isMoved && records.isKnown(name.kind, name.name, now())))
  const isStart = facts.final !== undefined
  const isMaking = 'operation' in request && makesThings.test(request.operation)
  return {
    ...facts,
    exec,
    container,
    nameIsFree: !isNameTaken && !isHeld,
    counts: owner === undefined || !isMaking ? noCounts : records.count(owner),
    ownContainers: new Map(
      [...containerIds].flatMap(([reference, id]) => {
        const record = records.get(id ?? '')
        return record !== undefined && record.owner === owner ? [[reference, record] as const] : []
      }),
    ),
    networks: new Map(
      [...networks].flatMap(([key, found]) => (found === undefined ? [] : [[key, whose(found)] as const])),
    ),
    volumes: new Map([...volumes].map(([key, kind]) => [key, volumeFact(key, kind)])),
  }

  function whose({ id, name: full }: EngineNetwork): NetworkFact {
    const record = records.holding('network', id)
    return { id, name: full, whose: record === undefined ? 'site' : record.owner === owner ? 'own' : 'other' }
  }

  function volumeFact(key: string, kind: EngineVolume): VolumeFact {
    const record = records.holding('volume', key)
    // A volume the engine made up a name for, in a container that is one's own, came with that container.
    if (isStart && record === undefined && anonymousForm.test(key) && kind === 'plain') return 'own'
    if (record !== undefined && record.owner !== owner) return 'taken'
    if (record !== undefined && kind !== 'none') {
      if (kind !== 'plain') return 'taken'
      if (records.isFilling(key, now())) return 'filling'
      return record.isFresh === true ? 'fresh' : 'own'
    }
    return kind === 'none' && owner !== undefined && !records.isHeld('volume', key, owner, now()) ? 'free' : 'taken'
  }
}

const noCounts = { containers: 0, networks: 0, volumes: 0 }
