/** Gathers the facts one request needs, and no others: an administrator's request needs none. */
import type { Engine } from '../host/engine.ts'
import type { Caller, Facts, PathFact } from '../policy/facts.ts'
import { mostMounts } from '../policy/container-create.ts'
import { pulledImage } from '../policy/images.ts'
import { findBinds } from '../policy/mounts.ts'
import { referenceKind } from '../policy/names.ts'
import type { Request } from '../policy/request.ts'
import { rules } from '../policy/rules.ts'
import type { LookAtPaths } from './paths.ts'
import type { Records } from './records.ts'

export type World = {
  readonly engine: Pick<Engine, 'readContainer' | 'readExecContainer' | 'isLocalImage' | 'readNature'>
  readonly records: Pick<Records, 'get' | 'put' | 'drop' | 'holder' | 'isHeld'>
  readonly lookAtPaths: LookAtPaths
  /** Does the host of a registry lead to this machine itself? */
  readonly isLoopback: (host: string) => Promise<boolean>
  /** What policy says of registries. */
  readonly registries: readonly string[] | undefined
  readonly now: () => number
}

/** All but the record: that one is read when the waiting is over (settleFacts). */
type Gathered = Omit<Facts, 'container'> & { readonly containerId?: string | undefined }
type User = Extract<Caller, { kind: 'user' }>

export const noFacts = {
  remapped: undefined,
  final: undefined,
  engineFolders: [],
  registries: undefined,
  imageIsLocal: false,
  registryIsHere: false,
  nameIsFree: true,
  paths: new Map<string, PathFact>(),
}

/** In goes a request and who sent it; out come the facts its rules may ask for. Throws when one cannot be had. */
export async function gatherFacts(
  request: Request | { readonly why: string },
  caller: Caller,
  world: World,
  deadline?: AbortSignal,
): Promise<Gathered> {
  if (caller.kind !== 'user' || 'why' in request) return { ...noFacts, caller }
  switch (request.operation) {
    case 'ContainerCreate':
      return await gatherForCreation(request, caller, world, deadline)
    case 'ImageCreate':
      return await gatherForPull(request, caller, world)
    default:
      return await gatherForContainer(request, caller, world, deadline)
  }
}

async function gatherForContainer(
  request: Request,
  caller: User,
  world: World,
  deadline: AbortSignal | undefined,
): Promise<Gathered> {
  const { engine, records } = world
  const containerId = await readContainerId(request, engine)
  const record = records.get(containerId ?? '')
  const facts = { ...noFacts, caller, containerId }
  if (containerId === undefined || record?.uid !== caller.account.uid || !needsFinal.includes(request.operation))
    return facts
  if (request.operation !== 'ContainerStart') return { ...facts, final: await engine.readContainer(containerId) }
  const [final, nature, paths] = await Promise.all([
    engine.readContainer(containerId),
    engine.readNature(),
    world.lookAtPaths(
      record.binds.map(({ source }) => source),
      caller.account,
      deadline,
    ),
  ])
  return { ...facts, final, engineFolders: [nature.dataRoot], paths }
}

const needsFinal: readonly string[] = ['ContainerStart', 'ContainerArchive', 'ContainerArchiveInfo']

async function gatherForPull(
  request: Request,
  caller: User,
  { engine, registries, isLoopback }: World,
): Promise<Gathered> {
  const image = pulledImage(request)
  if (image === undefined) return { ...noFacts, caller, registries }
  const [imageIsLocal, registryIsHere] = await Promise.all([
    engine.isLocalImage(image.reference, image.repository),
    isLoopback(image.host),
  ])
  return { ...noFacts, caller, registries, imageIsLocal, registryIsHere }
}

/** No wait lies between this, the decision and the note of what was decided (answer.ts): all three see one state. */
export function settleFacts({ containerId, ...facts }: Gathered, records: World['records']): Facts {
  return { ...facts, container: containerId === undefined ? undefined : records.get(containerId) }
}

async function gatherForCreation(
  request: Request,
  caller: User,
  world: World,
  deadline: AbortSignal | undefined,
): Promise<Gathered> {
  const sources = request.body.kind === 'json' ? findBinds(request.body.value).map(({ source }) => source) : []
  const [nature, nameIsFree, paths] = await Promise.all([
    world.engine.readNature(),
    isNameFree(request.query.get('name') ?? '', caller.account.uid, world),
    sources.length > mostMounts ? noFacts.paths : world.lookAtPaths(sources, caller.account, deadline),
  ])
  return { ...noFacts, caller, remapped: nature.isRemapped, engineFolders: [nature.dataRoot], nameIsFree, paths }
}

/** The id the engine will find for the reference in the path. Exec ids are looked up exactly (moby daemon/exec.go). */
async function readContainerId({ operation, object }: Request, engine: World['engine']): Promise<string | undefined> {
  const rule = rules[operation]
  if (rule.verdict === 'deny' || rule.on === undefined) return undefined
  const kind = referenceKind(object)
  if (rule.on === 'own exec') return kind === 'id' ? await engine.readExecContainer(object) : undefined
  if (kind === undefined || kind === 'id') return kind === undefined ? undefined : object
  const found = await engine.readContainer(object)
  // The engine takes a few digits for an id prefix too: by the time it looks, they could be those of another's container.
  const isMeant = kind === 'name' ? found?.name === object : found?.id.startsWith(object) === true
  return isMeant ? found?.id : undefined
}

/** A name is another's while a container of theirs has it, and for a while after (DESIGN 5: no freed name at once). */
async function isNameFree(name: string, uid: number, { engine, records, now }: World): Promise<boolean> {
  const holder = name === '' ? undefined : records.holder(name, uid)
  if (holder !== undefined) {
    const found = await engine.readContainer(holder.id)
    if (found?.name === name) return false
    if (found === undefined) records.drop(holder.id, now())
  }
  return !records.isHeld(name, uid, now())
}
