/** Gathers the facts one request needs, and no others: an administrator's request needs none. */
import type { Engine } from '../host/engine.ts'
import type { Account } from '../contract/identity.ts'
import type { Caller, Facts, PathFact } from '../policy/facts.ts'
import { isObject } from '../policy/fields.ts'
import { findBinds } from '../policy/mounts.ts'
import { referenceKind } from '../policy/names.ts'
import type { Request } from '../policy/request.ts'
import { rules } from '../policy/rules.ts'
import type { Records } from './records.ts'

export type World = {
  readonly engine: Pick<Engine, 'readContainer' | 'readExecContainer' | 'isRemapped'>
  readonly records: Pick<Records, 'get' | 'put' | 'drop' | 'holder' | 'isHeld'>
  readonly lookAtPaths: (paths: readonly string[], account: Account) => Promise<ReadonlyMap<string, PathFact>>
  readonly now: () => number
}

/** All but the record: that one is read when the waiting is over (settleFacts). */
type Gathered = Omit<Facts, 'container'> & { readonly containerId?: string | undefined }

export const noFacts = { remapped: undefined, hasRun: undefined, nameIsFree: true, paths: new Map<string, PathFact>() }

export async function gatherFacts(
  request: Request | { readonly why: string },
  caller: Caller,
  world: World,
): Promise<Gathered> {
  if (caller.kind !== 'user' || 'why' in request) return { ...noFacts, caller }
  if (request.operation === 'ContainerCreate') return await gatherForCreation(request, caller, world)
  const containerId = await readContainerId(request, world.engine)
  const record = world.records.get(containerId ?? '')
  if (containerId === undefined || record?.uid !== caller.account.uid) return { ...noFacts, caller, containerId }
  const facts = { ...noFacts, caller, containerId }
  if (request.operation === 'ContainerArchive' || request.operation === 'ContainerArchiveInfo')
    return { ...facts, hasRun: (await world.engine.readContainer(containerId))?.hasRun }
  if (request.operation !== 'ContainerStart') return facts
  const sources = record.binds.map(({ source }) => source)
  return { ...facts, paths: await world.lookAtPaths(sources, caller.account) }
}

/** No wait lies between this, the decision and the note of what was decided (answer.ts): all three see one state. */
export function settleFacts({ containerId, ...facts }: Gathered, records: World['records']): Facts {
  return { ...facts, container: containerId === undefined ? undefined : records.get(containerId) }
}

async function gatherForCreation(
  request: Request,
  caller: Extract<Caller, { kind: 'user' }>,
  world: World,
): Promise<Gathered> {
  const sources = request.body.kind === 'json' ? findBinds(request.body.value).map(({ source }) => source) : []
  const [remapped, nameIsFree, paths] = await Promise.all([
    asksForHostIds(request) ? undefined : world.engine.isRemapped(),
    isNameFree(request.query.get('name') ?? '', caller.account.uid, world),
    world.lookAtPaths(sources, caller.account),
  ])
  return { ...noFacts, caller, remapped, nameIsFree, paths }
}

/** Host ids are host ids on every engine; only a request that leaves it open depends on how the engine runs. */
function asksForHostIds({ body }: Request): boolean {
  const hostConfig = body.kind === 'json' && isObject(body.value) ? body.value.get('HostConfig') : undefined
  return isObject(hostConfig) && hostConfig.get('UsernsMode') === 'host'
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
