/** What the records learn from a request: before the engine is allowed to act, and after it has acted. */
import type { WireRequest } from '../contract/authz.ts'
import { parseJson } from '../contract/json.ts'
import type { Engine } from '../host/engine.ts'
import { isOwnVolume, type Caller, type ContainerRecord, type Facts } from '../policy/facts.ts'
import { listAt, textAt } from '../policy/fields.ts'
import { idsOf } from '../policy/ids.ts'
import { volumesFromReference } from '../policy/joins.ts'
import { findBinds, findFilledVolumes, findVolumeNames } from '../policy/asked-mounts.ts'
import { ownerOf, type Owner } from '../policy/owner.ts'
import type { Request } from '../policy/request.ts'
import { takenName } from './taken-names.ts'
import type { NamedKind, Records } from './records.ts'
import { sweepRecords } from './sweep.ts'

type Place = { readonly records: Records; readonly engine: Engine; readonly now: () => number }

/** Root's things have an owner as well where it is about names: no user gets one that root is about to take. */
const holderOf = (caller: Caller): Owner | undefined => (caller.kind === 'administrator' ? 0 : ownerOf(caller))
const loginOf = (caller: Caller): string => (caller.kind === 'user' ? caller.account.login : caller.kind)

/** Without a wait, before the answer: phases of containers and names that are asked for. */
export function noteRequest(request: Request, facts: Facts, { records, now }: Pick<Place, 'records' | 'now'>): void {
  const owner = holderOf(facts.caller)
  if (owner === undefined) return
  const name = takenName(request)
  if (name !== undefined) records.reserve(name.kind, name.name, owner, now())
  // What is there already, and in no record, is root's: it becomes nobody's by being named.
  for (const volume of volumesOf(request))
    if (records.holding('volume', volume) === undefined && facts.volumes.get(volume) !== 'taken')
      records.reserve('volume', volume, owner, now())
  for (const volume of filledBy(request)) records.fill(volume, now())
  // Whoever shares its volumes may run: so files of it are not read any more.
  for (const container of sharedBy(request, facts)) records.put({ ...container, sharesVolumes: true })
  if (facts.container !== undefined) notePhase(request, facts, facts.container, records, now())
}

/** A container is read or run, never both. Volumes without a name of the user's come with the container that starts. */
function notePhase(request: Request, facts: Facts, container: ContainerRecord, records: Records, since: number): void {
  const { operation } = request
  if (operation === 'ContainerArchive' || operation === 'ContainerArchiveInfo')
    records.put({ ...container, phase: 'probed' })
  if (operation !== 'ContainerStart' && operation !== 'ContainerRestart') return
  records.put({ ...container, phase: 'started' })
  const { owner, login } = container
  for (const [id, fact] of facts.volumes) {
    if (!isOwnVolume(fact)) continue
    const { isFresh: _, ...held } = records.holding('volume', id) ?? {
      kind: 'volume' as const,
      id,
      name: id,
      owner,
      login,
      since,
    }
    if (fact !== 'own' || records.holding('volume', id) === undefined) records.putHolding(held)
  }
}

const filledBy = ({ operation, body }: Request): readonly string[] =>
  operation === 'ContainerCreate' && body.kind === 'json' ? findFilledVolumes(body.value) : []

const sharedBy = ({ operation, body }: Request, { ownContainers }: Facts): readonly ContainerRecord[] =>
  operation === 'ContainerCreate' && body.kind === 'json'
    ? listAt(body.value, 'HostConfig', 'VolumesFrom').flatMap(
        (each) => ownContainers.get(volumesFromReference(each)) ?? [],
      )
    : []

const volumesOf = ({ operation, body }: Request): readonly string[] => {
  if (body.kind !== 'json') return []
  if (operation === 'VolumeCreate') return [textAt(body.value, 'Name')].filter((name) => name !== '')
  return operation === 'ContainerCreate' ? findVolumeNames(body.value) : []
}

/**
 * After the engine acted, before its client hears of it. The engine repeats the request it asked about (moby
 * pkg/authorization/authz.go), so nothing need be kept in between.
 */
export async function noteResponse(request: Request, caller: Caller, wire: WireRequest, place: Place): Promise<void> {
  const { ResponseStatusCode: status = 0 } = wire
  const isDone = status >= 200 && status < 300
  switch (request.operation) {
    case 'ContainerCreate':
    case 'NetworkCreate':
    case 'VolumeCreate':
      return status === 201 ? await noteMade(request, caller, wire, place) : releaseNames(request, caller, place)
    case 'ContainerRename':
      return isDone ? await noteRename(request, place) : releaseNames(request, caller, place)
    case 'ContainerDelete':
      return isDone ? await noteGone('container', request.object, place) : undefined
    case 'NetworkDelete':
      return isDone ? await noteGone('network', request.object, place) : undefined
    case 'VolumeDelete':
      return isDone ? await noteGone('volume', request.object, place) : undefined
    case 'ContainerPrune':
    case 'NetworkPrune':
    case 'VolumePrune':
      return await sweepRecords(place)
    default:
      return undefined
  }
}

async function noteMade(request: Request, caller: Caller, wire: WireRequest, place: Place): Promise<void> {
  const owner = ownerOf(caller)
  if (owner === undefined || request.body.kind !== 'json') return releaseNames(request, caller, place)
  const { records, now } = place
  const { value } = request.body
  const answer = readAnswer(wire)
  const login = loginOf(caller)
  const hold = (kind: 'network' | 'volume', id: string, name: string) =>
    records.putHolding({
      kind,
      id,
      name,
      owner,
      login,
      since: now(),
      ...(kind === 'volume' ? { isFresh: true } : {}),
      ...(request.operation === 'VolumeCreate' ? { isAsked: true } : {}),
    })
  if (request.operation === 'NetworkCreate') return hold('network', textAt(answer, 'Id'), textAt(value, 'Name'))
  const volumes = request.operation === 'VolumeCreate' ? [textAt(answer, 'Name')] : findVolumeNames(value)
  if (request.operation === 'ContainerCreate') {
    const { isRemapped } = await place.engine.readNature()
    records.put({
      id: textAt(answer, 'Id'),
      name: request.query.get('name') ?? '',
      owner,
      login,
      image: textAt(value, 'Image'),
      ids: idsOf(request, { container: undefined, remapped: isRemapped }),
      binds: findBinds(value),
      subpaths: listAt(value, 'HostConfig', 'Mounts')
        .filter((mount) => textAt(mount, 'VolumeOptions', 'Subpath') !== '')
        .map((mount) => ({ target: textAt(mount, 'Target'), volume: textAt(mount, 'Source') })),
      devices: listAt(value, 'HostConfig', 'Devices').map((device) => textAt(device, 'PathOnHost')),
      gpus: listAt(value, 'HostConfig', 'DeviceRequests').length > 0,
      phase: 'created',
      sharesVolumes: volumes.length > 0 || listAt(value, 'HostConfig', 'VolumesFrom').length > 0,
    })
  }
  for (const volume of filledBy(request)) records.filled(volume)
  const isMade = (volume: string) =>
    records.isHeldBy('volume', volume, owner, now()) || !volumesOf(request).includes(volume)
  for (const volume of new Set(volumes))
    if (records.holding('volume', volume) === undefined && isMade(volume)) hold('volume', volume, volume)
}

function readAnswer(wire: WireRequest) {
  const answer = parseJson(Buffer.from(wire.ResponseBody ?? '', 'base64'))
  if (!('value' in answer)) throw new Error('the engine did not say what it made')
  return answer.value
}

function releaseNames(request: Request, caller: Caller, { records, now }: Place): void {
  const owner = holderOf(caller)
  if (owner === undefined) return
  const name = takenName(request)
  if (name !== undefined) records.release(name.kind, name.name, owner, now())
  for (const volume of volumesOf(request)) records.release('volume', volume, owner, now())
  for (const volume of filledBy(request)) records.filled(volume)
}

/** A name that the engine made up is in no record: so the new one is asked for. */
async function noteRename({ object, query }: Request, { records, engine, now }: Place): Promise<void> {
  const name = query.get('name')?.replace(/^\//, '') ?? ''
  const id = records.find('container', object) ?? (await engine.readContainer(name))?.id ?? ''
  const record = records.get(id)
  if (record !== undefined) records.rename(record, name, now())
}

/** Whoever removed it: once the engine has it no more, its record goes, and its name is free after a while. */
async function noteGone(kind: NamedKind, reference: string, { records, engine, now }: Place): Promise<void> {
  const id = records.find(kind, reference)
  if (id === undefined) return
  const isGone =
    kind === 'container'
      ? (await engine.readContainer(id)) === undefined
      : kind === 'network'
        ? (await engine.readNetwork(id)) === undefined
        : (await engine.readVolume(id)) === 'none'
  if (isGone) records.drop(kind, id, now())
}
