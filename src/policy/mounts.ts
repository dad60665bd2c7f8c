/** HostConfig.Mounts of an own-uid container: binds alone, of what the user can reach, created nowhere, moved nowhere. */
import { empty, isList, isObject, type FieldRules } from './fields.ts'
import { closedFolders, type Bind, type Facts, type FinalContainer } from './facts.ts'
import type { Json, JsonObject } from '../contract/json.ts'
import { isBelow, isPlainPath } from './paths.ts'

/** Targets the engine mounts into itself, or from whose parent it would make a mount point in the bound folder (M11b). */
const closedTargets = [
  '/',
  '/etc',
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
  Type: { required: true, only: ['bind'], why: 'only binds of host paths are granted; a volume may hide one (M12)' },
  Source: { required: true, any: 'string', why: 'a host path, checked with its mount' },
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
  VolumeOptions: { only: [empty], why: 'only binds are granted' },
  TmpfsOptions: { only: [empty], why: 'only binds are granted' },
  ImageOptions: { only: [empty], why: 'only binds are granted' },
  ClusterOptions: { only: [empty], why: 'only binds are granted' },
}

function objectToTarget(value: Json | undefined): string | undefined {
  if (typeof value !== 'string' || !isPlainPath(value))
    return 'must be an absolute path without "..", "." or doubled slashes'
  const closed = closedTargets.includes(value) || kernelTargets.some((folder) => isBelow(value, folder))
  return closed ? `${value} is where the engine mounts its own files: choose another target` : undefined
}

/** The binds of a create body whose fields have passed; [] where there are none. */
export function findBinds(body: Json | undefined): readonly (Bind & { readonly target: string })[] {
  const hostConfig = isObject(body) ? body.get('HostConfig') : undefined
  const mounts = isObject(hostConfig) ? hostConfig.get('Mounts') : undefined
  return isList(mounts) ? mounts.filter(isObject).map(readBind) : []
}

function readBind(mount: JsonObject): Bind & { readonly target: string } {
  const options = mount.get('BindOptions')
  return {
    source: text(mount.get('Source')),
    target: text(mount.get('Target')),
    readOnly: mount.get('ReadOnly') === true,
    nonRecursive: isObject(options) && options.get('NonRecursive') === true,
  }
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/** What is wrong with the binds of a create body taken together; each is named by its place. */
export function objectToBinds(body: Json | undefined, facts: Facts): string | undefined {
  const binds = findBinds(body)
  for (const [index, bind] of binds.entries()) {
    const nested = binds.find(
      (other) => other !== bind && (other.target === bind.target || isBelow(bind.target, other.target)),
    )
    const why =
      objectToBind(bind, facts) ??
      (identityTargets.includes(bind.target) && !bind.readOnly
        ? `${bind.target} is mounted read-only or not at all`
        : undefined) ??
      (nested === undefined
        ? undefined
        : `${bind.target} lies inside ${nested.target}: the engine would make the mount point in that folder as root (M09)`)
    if (why !== undefined) return `HostConfig.Mounts[${index}]: ${why}`
  }
  return undefined
}

/** Asked at creation and again at every start, of the path as it is then (M05, M05b, M08, M51). */
export function objectToBind(
  { source, readOnly, nonRecursive }: Bind,
  { paths, engineFolders }: Facts,
): string | undefined {
  const fact = paths.get(source)
  if (!isPlainPath(source)) return 'the source must be an absolute path without "..", "." or doubled slashes'
  if (
    [...closedFolders, ...engineFolders].some(
      (folder) => source === folder || isBelow(source, folder) || isBelow(folder, source),
    )
  )
    return `${source} is not shown to containers: bind a folder of your own`
  if (fact === undefined || fact.kind === 'unreachable')
    return `${source} does not exist, or you cannot reach it from a host shell`
  if (fact.kind === 'device') return `${source} is a device: devices are not granted`
  if (!fact.canonical) return `${source} goes through a link: give the path that "realpath ${source}" prints`
  // In a folder of others, or below it, the engine's root would make mount points and working directories for an image's links.
  if (fact.kind === 'directory' && !fact.own && !(readOnly && nonRecursive))
    return `${source} is not yours alone (M09-M11): bind it readonly and bind-nonrecursive (dockerrun: :ro), or a folder that belongs to you`
  return undefined
}

/** What the engine would make when it starts a container: mount points and a working directory inside a bind (M09, M11). */
export function objectToFinal({ workingDir, mounts }: FinalContainer): string | undefined {
  const odd = [...mounts.map(({ target }) => target), workingDir].find((path) => path !== '' && !isPlainPath(path))
  if (odd !== undefined)
    return `the image has the path ${JSON.stringify(odd.slice(0, 200))}, which could lead anywhere: it must be absolute and plain`
  const binds = mounts.filter(({ type }) => type === 'bind')
  const around = (path: string) => binds.find(({ target }) => isBelow(path, target))
  const nested = mounts.find(({ target }) => around(target) !== undefined)
  if (nested !== undefined)
    return `${nested.target} would be mounted inside ${around(nested.target)?.target}: the engine would make the mount point there as root (M09)`
  const place = around(workingDir)
  if (place !== undefined)
    return `the image works in ${workingDir}, below ${place.target}: the engine would make a missing folder there as root (M11)`
  return undefined
}
