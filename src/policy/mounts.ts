/** What a container sees besides its image: binds of what the user can reach, own volumes, memory (DESIGN 4, invariants 4 and 5). */
import { closedFolders, type Bind, type Facts, type FinalContainer } from './facts.ts'
import { fieldAt, listAt, textAt, empty, isList, isObject, type Check, type FieldRules } from './fields.ts'
import { idsOf } from './ids.ts'
import type { Json } from '../contract/json.ts'
import { labels } from './labels.ts'
import { isBelow, isPlainPath } from './paths.ts'
import type { Request } from './request.ts'
import { bindsForm, findMounts, findVolumeNames, type Mount } from './asked-mounts.ts'
import { objectToCopy, objectToVolumeUse, volumeForm } from './volumes.ts'

/** Targets the engine mounts into itself, or from whose parent it would make a mount point in the bound folder (M11b). */
const closedTargets = [
  '/',
  '/etc/hosts',
  '/etc/hostname',
  '/etc/resolv.conf',
  '/sbin',
  '/usr',
  '/usr/sbin',
  '/dev',
  '/proc',
  '/sys',
]
const kernelTargets = ['/dev', '/proc', '/sys']
/** What the identity inside is read from: nothing may change it while the container runs. */
const identityTargets = ['/etc/passwd', '/etc/group']

export const mountFields: FieldRules = {
  Type: {
    required: true,
    only: ['bind', 'volume', 'tmpfs'],
    why: "bind, volume or tmpfs: another image's files are for those who run it (M43)",
  },
  Source: { any: 'string', why: 'a host path or a volume, checked with its mount' },
  Target: { required: true, check: objectToTarget, why: 'where it appears' },
  ReadOnly: { any: 'boolean', why: 'less is always granted' },
  Consistency: { only: ['', 'default', 'consistent', 'cached', 'delegated'], why: 'has no effect on Linux' },
  BindOptions: {
    why: 'must be an object',
    fields: {
      Propagation: {
        only: ['', 'rprivate', 'private'],
        why: 'a shared mount could put mounts on the host (M07): leave propagation out',
      },
      NonRecursive: { any: 'boolean', why: 'less is always granted' },
      CreateMountpoint: { only: [false], why: 'the engine would make the missing source as root (M08)' },
      ReadOnlyNonRecursive: { only: [false], why: 'submounts of a read-only bind would stay writable (M09b)' },
      ReadOnlyForceRecursive: { any: 'boolean', why: 'less is always granted' },
    },
  },
  VolumeOptions: {
    why: 'must be an object',
    fields: {
      NoCopy: { any: 'boolean', why: 'less is always granted, and must be where the volume has been in use' },
      Subpath: { check: objectToSubpath, why: 'a folder of an own volume' },
      Labels: labels,
      DriverConfig: {
        why: 'must be an object',
        fields: {
          Name: { only: ['', 'local'], why: 'volume plugins run as root' },
          Options: { only: [empty], why: 'options of a volume are a mount by root in disguise (M12)' },
        },
      },
    },
  },
  TmpfsOptions: {
    why: 'must be an object',
    fields: {
      SizeBytes: {
        check: (value, { grants: { limits } }) =>
          typeof value === 'number' && value >= 0 && (limits.shm === undefined || (value > 0 && value <= limits.shm))
            ? undefined
            : 'must be a number of bytes that policy grants',
        why: 'memory of the container',
      },
      Mode: { any: 'natural', why: "rights in the container's own memory" },
      Options: { only: [empty], why: 'mount options are chosen by the engine' },
    },
  },
  ImageOptions: { only: [empty], why: 'images are not mounted (M43)' },
  ClusterOptions: { only: [empty], why: 'has no meaning without swarm' },
}

function objectToTarget(value: Json | undefined): string | undefined {
  if (typeof value !== 'string' || !isPlainPath(value))
    return 'must be an absolute path without "..", "." or doubled slashes'
  const closed = closedTargets.includes(value) || kernelTargets.some((folder) => isBelow(value, folder))
  return closed ? `${value} is where the engine mounts its own files: choose another target` : undefined
}

function objectToSubpath(value: Json | undefined): string | undefined {
  return typeof value === 'string' && (value === '' || isPlainPath(`/${value}`)) ? undefined : 'must be a plain path'
}

export const binds: Check = (value) => {
  if (value === null) return undefined
  if (!isList(value)) return 'must be a list'
  for (const each of value) {
    const [, source = '', target, mode = ''] = bindsForm.exec(typeof each === 'string' ? each : '') ?? []
    if (target === undefined) return 'must be SOURCE:TARGET, :ro, :rw or :nocopy behind it and nothing else (M07)'
    if (source.startsWith('/') && mode.includes('nocopy')) return 'nocopy is for volumes'
    const why = objectToTarget(target)
    if (why !== undefined) return why
    if (!source.startsWith('/') && !volumeForm.test(source))
      return `${source.slice(0, 64)} is no volume name, nor an absolute path`
  }
  return undefined
}

const tmpfsOptions = /^(?:|rw|ro|exec|noexec|nosuid|nodev|size=[1-9][0-9]{0,14}[kmg]?|mode=[0-7]{3,4})$/i

export const tmpfs: Check = (value, { grants: { limits } }) => {
  if (value === null) return undefined
  if (!isObject(value)) return 'must be an object'
  for (const [target, options] of value) {
    const why = objectToTarget(target)
    if (why !== undefined) return why
    if (typeof options !== 'string' || !options.split(',').every((option) => tmpfsOptions.test(option)))
      return 'only rw, ro, exec, noexec, nosuid, nodev, size and mode are granted'
    if (limits.shm !== undefined && !isWithin(options, limits.shm)) return `must have a size up to ${limits.shm} bytes`
  }
  return undefined
}

function isWithin(options: string, most: number): boolean {
  const sizes = options.split(',').flatMap((option) => /^size=([0-9]+)([kmg]?)$/i.exec(option)?.slice(1) ?? [])
  const bytes = Number(sizes[0] ?? Infinity) * 1024 ** ['', 'k', 'm', 'g'].indexOf((sizes[1] ?? '').toLowerCase())
  return sizes.length === 2 && bytes <= most
}

/** Config.Volumes: anonymous volumes, by target. */
export const volumes: Check = (value) => {
  if (value === null) return undefined
  if (!isObject(value)) return 'must be an object'
  for (const [target, options] of value) {
    const why =
      objectToTarget(target) ?? (isObject(options) && options.size === 0 ? undefined : 'must be an empty object')
    if (why !== undefined) return why
  }
  return undefined
}

/** Each is looked at as the user: that costs, and nobody has more. */
export const mostMounts = 64

/** What is wrong with the mounts of a create body taken together; each is named by its place. */
export function objectToMounts(request: Request, facts: Facts): string | undefined {
  const mounts = request.body.kind === 'json' ? findMounts(request.body.value) : []
  const free = new Set(
    findVolumeNames(request.body.kind === 'json' ? request.body.value : undefined).filter(
      (name) => facts.volumes.get(name) === 'free',
    ),
  )
  if (facts.counts.volumes + free.size > facts.grants.limits.volumes)
    return `HostConfig.Mounts: you have ${facts.counts.volumes} volumes, and policy grants ${facts.grants.limits.volumes}`
  if (facts.grants.limits.shm !== undefined && hasUnlimited(request))
    return `HostConfig.Mounts: a tmpfs must have a size up to ${facts.grants.limits.shm} bytes`
  if (mounts.length > mostMounts) return `HostConfig.Mounts: more than ${mostMounts} are not looked at`
  const isRemapped = idsOf(request, facts) === 'remapped'
  for (const mount of mounts) {
    const why = objectToMount(mount, facts, isRemapped) ?? objectToPlace(mount, mounts)
    if (why !== undefined) return `${mount.field}: ${why}`
  }
  return undefined
}

/** What has no size may take half of the host's memory (tmpfs(5)). */
const hasUnlimited = ({ body }: Request): boolean =>
  body.kind === 'json' &&
  listAt(body.value, 'HostConfig', 'Mounts').some(
    (mount) => textAt(mount, 'Type') === 'tmpfs' && fieldAt(mount, 'TmpfsOptions', 'SizeBytes') === undefined,
  )

function objectToMount(mount: Mount, facts: Facts, isRemapped: boolean): string | undefined {
  const { kind, target } = mount
  if (identityTargets.includes(target) && !(kind === 'bind' && mount.bind.readOnly))
    return `${target} is a file, bound read-only or not at all (M04d)`
  if (kind === 'tmpfs') return undefined
  // Memory is empty, and nobody else's: there the engine makes its files for the container alone.
  if (target === '/etc') return `${target} is where the engine mounts its own files: choose another target`
  if (kind === 'volume')
    return mount.name === ''
      ? undefined
      : (objectToVolumeUse(mount.name, facts) ?? objectToCopy(mount.name, mount.noCopy, facts))
  const { bind, isMade } = mount
  return objectToBind(bind, facts, isRemapped) ?? (isMade ? objectToMade(bind, facts) : undefined)
}

/** The engine makes what is missing of a `Binds` source as root, wherever the path leads by then (M08, R02). */
function objectToMade({ source }: Bind, { paths }: Facts): string | undefined {
  const fact = paths.get(source)
  return fact !== undefined && 'fixed' in fact && fact.fixed
    ? undefined
    : `a folder on the way to ${source} can be swapped, and the engine would make it anew as root (M08): use --mount type=bind,source=...,target=... instead of -v`
}

function objectToPlace({ target }: Mount, mounts: readonly Mount[]): string | undefined {
  if (mounts.filter((other) => other.target === target).length > 1) return `${target} is named twice`
  const around = mounts.find((other) => other.kind !== 'tmpfs' && isBelow(target, other.target))
  return around === undefined
    ? undefined
    : `${target} lies inside ${around.target}: the mount point would be made in that folder as root (M09)`
}

/** Asked at creation and again at every start, of the path as it is then (M05, M05b, M08, M51). */
export function objectToBind(
  { source, readOnly, nonRecursive, isStandIn }: Bind,
  { paths, engineFolders, grants, isGuarded }: Facts,
  isRemapped: boolean,
): string | undefined {
  const fact = paths.get(source)
  if (!isPlainPath(source)) return 'the source must be an absolute path without "..", "." or doubled slashes'
  if (
    [...closedFolders, ...engineFolders].some(
      (folder) => source === folder || isBelow(source, folder) || isBelow(folder, source),
    )
  )
    return `${source} is not shown to containers: bind a folder of your own`
  if (grants.binds?.some((root) => source === root || isBelow(source, root)) === false)
    return `${source} is in none of the folders that policy lets containers see: ${grants.binds.join(', ')}`
  const shared =
    isRemapped && grants.remappedBinds === 'read-only' && !(readOnly && nonRecursive)
      ? `${source}: all users share the ids of remapped containers: bind it readonly and bind-nonrecursive`
      : undefined
  // The engine's root may not be able to look at it: gate 2 does, as the user, when it is mounted.
  if (isStandIn === true)
    return isGuarded ? shared : `${source} can only be bound where gate 2 (dockerrun-runtime) is the engine's runtime`
  if (fact === undefined || fact.kind === 'unreachable' || fact.kind === 'cgroup')
    return `${source} does not exist, or you cannot reach it from a host shell`
  if (fact.kind === 'device') return `${source} is a device: devices are not granted`
  if (!fact.canonical) return `${source} goes through a link: give the path that "realpath ${source}" prints`
  // Remapped ids are others to the kernel, and others may be granted what the user is denied.
  if (isRemapped && !fact.opens) return `${source} is not yours to open: bind what you could read from a host shell`
  if (shared !== undefined) return shared
  // In a folder of others, or below it, the engine's root would, without gate 2, make mount points and working directories for an image's links.
  const isOpened = isGuarded && !isRemapped && fact.opens
  if (fact.kind === 'directory' && !fact.own && !isOpened && !(readOnly && nonRecursive))
    return `${source} is not yours alone (M09-M11): bind it readonly and bind-nonrecursive (dockerrun: :ro), or a folder that belongs to you`
  return undefined
}

/** What the engine would make when it starts a container: mount points and a working directory inside a bind (M09, M11). */
export function objectToFinal({ workingDir, mounts }: FinalContainer): string | undefined {
  const odd = [...mounts.map(({ target }) => target), workingDir].find((path) => path !== '' && !isPlainPath(path))
  if (odd !== undefined)
    return `the image has the path ${JSON.stringify(odd.slice(0, 200))}, which could lead anywhere: it must be absolute and plain`
  const around = (path: string) => mounts.find(({ type, target }) => type === 'bind' && isBelow(path, target))
  const whole = (path: string) => mounts.find(({ type, target }) => type !== 'tmpfs' && isBelow(path, target))
  const nested = mounts.find(({ target }) => whole(target) !== undefined)
  if (nested !== undefined)
    return `${nested.target} would be mounted inside ${whole(nested.target)?.target}: the mount point would be made there as root (M09)`
  const place = around(workingDir)
  if (place !== undefined)
    return `the image works in ${workingDir}, below ${place.target}: the engine would make a missing folder there as root (M11)`
  return undefined
}
