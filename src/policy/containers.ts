/** Operations on containers that no single field shows: making, starting, reading and changing one's own. */
import type { Json } from '../contract/json.ts'
import { isOwnVolume, type Facts, type FinalContainer } from './facts.ts'
import { fieldAt, isObject, textAt } from './fields.ts'
import { ownerLabel, standIn } from '../contract/labels.ts'
import { objectToContainerImage } from './images.ts'
import { idsOf } from './ids.ts'
import { joined, objectToJoin } from './joins.ts'
import { objectToLimits } from './limits.ts'
import { referenceKind } from './names.ts'
import { findBinds } from './asked-mounts.ts'
import { objectToBind, objectToFinal, objectToMounts } from './mounts.ts'
import { objectToAliases, objectToHostname, objectToNetwork } from './networks.ts'
import { isBelow } from './paths.ts'
import { objectToPorts } from './ports.ts'
import type { Request } from './request.ts'
import type { Further, QueryCheck } from './rule.ts'

const bodyOf = ({ body }: Request): Json | undefined => (body.kind === 'json' ? body.value : undefined)

/** What the fields of a create body say together. */
export const creation: readonly Further[] = [
  objectToCount,
  objectToContainerImage,
  objectToWorkplace,
  objectToMounts,
  (request, facts) => objectToAliases(bodyOf(request), facts),
  objectToHostname,
  objectToPorts,
  objectToImageOwner,
  objectToAutomaticRestart,
  objectToMixedIds,
  (request, facts) => objectToLimits(fieldAt(bodyOf(request), 'HostConfig'), facts, true),
]

function objectToCount(_: Request, { counts, grants: { limits } }: Facts): string | undefined {
  return limits.containers === undefined || counts.containers < limits.containers
    ? undefined
    : `you have ${counts.containers} containers, and policy grants ${limits.containers}: remove one with docker rm`
}

/** The image's own too: denied at its start alone, the container would stay, and docker run --rm of client 26 wait for it. */
function objectToWorkplace(request: Request, { imageWorkingDir }: Facts): string | undefined {
  const workingDir = textAt(bodyOf(request), 'WorkingDir') || imageWorkingDir
  const around = findBinds(bodyOf(request)).find(
    ({ target }) => workingDir !== '' && (workingDir === target || isBelow(workingDir, target)),
  )
  return around === undefined
    ? undefined
    : `WorkingDir: the engine would make a missing folder below ${around.target} as root (M11): use dockerrun, which enters it as you`
}

/** Labels of the image are the container's too: events and lists would show it as another's. */
function objectToImageOwner(request: Request, { caller, imageOwner }: Facts): string | undefined {
  const login = caller.kind === 'user' ? caller.account.login : ''
  const labels = fieldAt(bodyOf(request), 'Labels')
  const isSaid = isObject(labels) && labels.get(ownerLabel) === login
  return imageOwner === undefined || imageOwner === login || isSaid
    ? undefined
    : `Labels: the image says that its containers are another's: add --label ${ownerLabel}=${login}`
}

/** A namespace belongs to the user namespace it was made in: containers of both kinds of ids share none. */
function objectToMixedIds(request: Request, facts: Facts): string | undefined {
  const modes = ['NetworkMode', 'PidMode', 'IpcMode'].map((key) => textAt(bodyOf(request), 'HostConfig', key))
  const mixed = modes.find((mode) => {
    const ids = facts.ownContainers.get(joined(mode) ?? '')?.ids
    return ids !== undefined && ids !== idsOf(request, facts)
  })
  return mixed === undefined ? undefined : `${mixed}: that container has other ids (--userns): they share no namespace`
}

/**
 * The engine restarts by itself: nobody then looks at the binds again (M05b), nor at what a container's name has come to mean
 * (M16). It keeps the ids of networks and volumes (moby daemon/container_operations.go, getNetworkID).
 */
function objectToAutomaticRestart(request: Request): string | undefined {
  const body = bodyOf(request)
  if (textAt(body, 'HostConfig', 'RestartPolicy', 'Name') !== 'on-failure') return undefined
  const references = ['NetworkMode', 'PidMode', 'IpcMode'].map((key) => joined(textAt(body, 'HostConfig', key)))
  return findBinds(body).length > 0 || references.some((each) => each !== undefined)
    ? "RestartPolicy.Name: the engine restarts without a look at binds and at other containers' names: use it without them (M05b, M16)"
    : undefined
}

export const update: readonly Further[] = [(request, facts) => objectToLimits(bodyOf(request), facts, false)]

/** The image's own account files: all that the overlay needs (DESIGN 6). */
export const objectToImageRead: QueryCheck = (value) =>
  value === '/etc/passwd' || value === '/etc/group'
    ? undefined
    : 'only /etc/passwd and /etc/group are read for a user (M06): use docker exec NAME tar c PATH | tar x'

export const objectToShellPath: QueryCheck = (value, { caller }) => {
  const shell = caller.kind === 'user' ? caller.account.shell : ''
  return value === '/bin/sh' || value === shell
    ? undefined
    : 'only /bin/sh and your own shell are looked up for a user (M06)'
}

/**
 * docker cp reads as root, through binds, on stopped containers too (M06b). So a container is either read or run:
 * one without binds that never ran, and then never will (objectToStart).
 */
export const probe: readonly Further[] = [objectToReference, objectToUnrecorded, objectToProbe]

/** A name may lead to another container of theirs, with binds, by the time the engine looks (M06b). */
function objectToReference({ object }: Request): string | undefined {
  return referenceKind(object) === 'id' ? undefined : `a name may move (M06b), so nothing is read by it${instead}`
}

const instead = ': use docker exec NAME tar c PATH | tar x'

function objectToProbe(_: Request, { container, final }: Facts): string | undefined {
  if (container === undefined) return 'no such container of yours'
  if (container.binds.length > 0) return `the engine would read through its binds as root (M06b)${instead}`
  if (
    container.sharesVolumes !== false ||
    final?.mounts.some(({ volume }) => volume !== undefined && !/^[0-9a-f]{64}$/.test(volume)) === true
  )
    return `the engine would read in its volumes as root (M06)${instead}`
  return container.phase === 'started' || final?.hasRun !== false
    ? `it has been started: the engine would read what it wrote, as root (M06)${instead}`
    : undefined
}

/** Names may mean something else by now, and paths lead elsewhere: all is asked again at every start. */
export const start: readonly Further[] = [
  objectToIds,
  objectToPhase,
  objectToUnrecorded,
  objectToBinds,
  objectToVolumes,
  objectToPlaces,
  objectToJoined,
]

/** A restart waits for the container to end, and its user decides for how long: time enough to swap what was looked at. */
export const restart: readonly Further[] = [
  objectToIds,
  objectToPhase,
  objectToUnrecorded,
  objectToVolumes,
  objectToPlaces,
  objectToJoined,
  objectToWait,
]

function objectToWait(_: Request, { container, final }: Facts): string | undefined {
  const modes = final === undefined ? [] : [final.networkMode, final.pidMode, final.ipcMode]
  return container?.binds.length === 0 && modes.every((mode) => joined(mode) === undefined)
    ? undefined
    : 'it has binds, or shares namespaces with another: use docker stop and docker start, so that they are looked at in between (M05b)'
}

/** Root may have started the engine again without userns-remap: what was root inside would be root outside. */
export function objectToIds(_: Request, { container, remapped }: Facts): string | undefined {
  return container?.ids === 'remapped' && remapped !== true
    ? 'it was made with remapped ids, and this engine does not remap (any more): make it anew'
    : undefined
}

function objectToPhase(_: Request, { container }: Facts): string | undefined {
  return container?.phase === 'probed'
    ? 'its files have been read by the engine for you: make a new container to run'
    : undefined
}

/** The engine resolved the names of a request once more, a moment after the gate: what it made is held against the record. */
function objectToUnrecorded(_: Request, { container, final }: Facts): string | undefined {
  const isRecorded = ({ source, target, readOnly }: FinalContainer['mounts'][number]) =>
    container?.binds.some(
      (bind) =>
        (bind.isStandIn === true ? source === standIn && bind.target === target : bind.source === source) &&
        (readOnly || !bind.readOnly),
    ) === true
  const foreign = final?.mounts.find((mount) => mount.type === 'bind' && !isRecorded(mount))
  return foreign === undefined ? undefined : `it has a bind at ${foreign.target} that nobody looked at: make it anew`
}

function objectToBinds(_: Request, facts: Facts): string | undefined {
  const { container } = facts
  return (container?.binds ?? [])
    .map((bind) => objectToBind(bind, facts, container?.ids === 'remapped'))
    .find((why) => why !== undefined)
}

function objectToVolumes(_: Request, { final, volumes }: Facts): string | undefined {
  const mounted = (final?.mounts ?? []).flatMap(({ volume, target }) =>
    volume === undefined ? [] : [{ target, fact: volumes.get(volume) }],
  )
  const foreign = mounted.find(({ fact }) => !isOwnVolume(fact))
  if (foreign !== undefined) return `the volume at ${foreign.target} is no volume of yours (any more)`
  // Its processes could lead the engine, which copies as root and by path, anywhere.
  const filling = mounted.find(({ fact }) => fact === 'filling')
  return filling === undefined ? undefined : `the engine may be filling the volume at ${filling.target}: try again`
}

function objectToPlaces(_: Request, { final }: Facts): string | undefined {
  if (final === undefined) return 'no such container of yours'
  return final.healthIntervals.some((each) => each > 0 && each < 1_000_000_000)
    ? 'the image has its health checked more often than once a second, which costs the engine: add --no-healthcheck or --health-interval'
    : objectToFinal(final)
}

function objectToJoined(_: Request, facts: Facts): string | undefined {
  if (facts.final === undefined) return undefined
  const { networkMode, pidMode, ipcMode, networks } = facts.final
  const foreign = [networkMode, pidMode, ipcMode]
    .map(joined)
    .find((reference) => reference !== undefined && objectToJoin(reference, facts) !== undefined)
  if (foreign !== undefined)
    return `it would share a namespace with ${foreign}, which is no container of yours (any more)`
  const names = [...networks, ...(joined(networkMode) === undefined ? [networkMode] : [])]
  return names.map((name) => objectToNetwork(name, facts)).find((why) => why !== undefined)
}
