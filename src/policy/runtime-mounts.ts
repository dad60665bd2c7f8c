/**
 * The mounts of an OCI spec, each told apart by its exact shape: the kernel's, the engine's own for this container, volumes
 * by record, memory. All else is a bind, opened as the user (DESIGN 4, invariants 4 to 6; M05b, M07, M11b, M12, M13d).
 */
import type { Json } from '../contract/json.ts'
import { standIn } from '../contract/labels.ts'
import { closedFolders } from './facts.ts'
import { isObject, listAt, textAt, textsAt } from './fields.ts'
import { parseSize } from './limits.ts'
import { isBelow, isPlainPath } from './paths.ts'
import type { RuntimeFacts } from './runtime-facts.ts'
import { isSame } from './runtime-seccomp.ts'

/** Shown with the mounts below it, always: what these hide is not for the user to see (invariant 4). */
export type Bind = {
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
}

/** Whose a mount is, for where it may lie: a volume is changed by other containers while runc looks at it. */
type Whose = 'engine' | 'volume' | 'memory'

/** `keep`: as it is, but for these options. */
export type Placed =
  | { readonly kind: 'keep'; readonly whose: Whose; readonly options: readonly string[] }
  | { readonly kind: 'bind'; readonly bind: Bind }
  | { readonly why: string }

const known = ['destination', 'type', 'source', 'options']

export function placeMount(mount: Json, spec: Json, facts: RuntimeFacts): Placed {
  const [target, type] = [textAt(mount, 'destination'), textAt(mount, 'type')]
  const refuse = (why: string) => ({ why: `mounts: ${target.slice(0, 200)}: ${why}` })
  if (!isObject(mount) || [...mount.keys()].some((key) => !known.includes(key))) return refuse('has an unknown field')
  if (!isPlainPath(target)) return refuse('must be a plain path')
  const options = textsAt(mount, 'options')
  // Its program for --init, for one.
  if (listAt(facts.reference, 'mounts').some((each) => isSame(each, mount))) return keep('engine', options)
  if (type !== 'bind' && isKernels(mount, facts))
    return target !== '/dev/shm' || isWithin(options, facts)
      ? keep('engine', options)
      : refuse(`must have a size up to ${facts.grants.limits.shm} bytes`)
  if (isClosedTarget(target) && !isEngines(textAt(mount, 'source'), target, spec, facts))
    return refuse('is where the engine mounts its own')
  if (type !== 'bind') return placeMemory(type, options, facts, refuse)
  const odd = options.find((option) => !bindOptions.includes(option))
  if (odd !== undefined) return refuse(`${odd.slice(0, 64)} is not granted: a mount could get onto the host (M07)`)
  const shown = textAt(mount, 'source')
  const source = shown === standIn ? (facts.standIns.get(target) ?? '') : shown
  if (!isPlainPath(source)) return refuse('the source must be a plain path')
  const isEngine = isEngines(source, target, spec, facts)
  if (isEngine || isOwnVolume(source, facts) || isSubpath(source, target, facts))
    return keep(isEngine ? 'engine' : 'volume', [...options, 'nosuid', 'nodev'])
  const why = objectToSource(source, facts)
  if (why !== undefined) return refuse(why)
  const readOnly = options.includes('ro') || options.includes('rro')
  const bind = { source, target, readOnly }
  if (facts.ids === 'remapped' && facts.grants.remappedBinds === 'read-only' && !bind.readOnly)
    return refuse('all users share the ids of remapped containers: bind it readonly')
  return { kind: 'bind', bind }
}

/** rro: with all that is mounted below, since engine 25. */
const bindOptions = ['bind', 'rbind', 'ro', 'rro', 'rw', 'private', 'rprivate', 'nosuid', 'nodev', 'noexec']

const keep = (whose: Whose, options: readonly string[]): Placed => ({
  kind: 'keep',
  whose,
  options: [...new Set(options)],
})

/** A mount, where it lies once the links of the image are followed, and each folder on the way there, the root first. */
export type Lying = {
  readonly target: string
  readonly whose: Whose | 'user'
  readonly way: readonly string[]
  readonly place: string
}

/**
 * runc, which is root, makes mount points where they are not: never in what is the user's (M09), which a process of theirs may
 * change meanwhile (CVE-2024-45310), nor on a way that leads through it and out again; and nothing of theirs lies over what
 * runc itself makes devices in. Shared memory below /dev is changed by others too: no link leads through there; nor out of memory of its own.
 */
export function objectToPlaces(lying: readonly Lying[]): string | undefined {
  const closed = lying.find(({ whose, place }) => whose !== 'engine' && isClosedTarget(place))
  if (closed !== undefined) return `${closed.target} is ${closed.place}, where the engine mounts its own`
  for (const { target, way, place } of lying) {
    const hidden = findHidden([...way, place], lying)
    if (hidden !== undefined) return `a link leads ${target} out of ${hidden}, which memory hides`
    const stray = way.find((step) => step !== '/' && isClosedTarget(step) && !isBelow(target, step))
    if (stray !== undefined) return `a link leads ${target} through ${stray}, where the engine mounts its own`
    const around = lying.find(
      (each) =>
        (each.whose === 'user' || each.whose === 'volume') &&
        [...way, place].some((step) => isBelow(step, each.place) || (step === each.place && step !== place)),
    )
    if (around !== undefined)
      return `${target} lies inside ${around.target}: the mount point would be made there as root (M09)`
  }
  return undefined
}

/** Memory hides the image's links from runc: where one of those was followed out of it, runc will walk another way. */
function findHidden(steps: readonly string[], lying: readonly Lying[]): string | undefined {
  const memory = lying.filter(({ whose }) => whose === 'memory').map(({ place }) => place)
  return steps.find((step, index) => {
    const next = steps[index + 1] ?? step
    const isInMemory = memory.some((place) => step === place || isBelow(step, place))
    return isInMemory && next !== step && !isBelow(next, step)
  })
}

/** As root's container has it; the engine makes more of them read-only, and /dev/shm of another size. */
function isKernels(mount: Json, { reference }: RuntimeFacts): boolean {
  const plain = (each: Json) =>
    textsAt(each, 'options').filter((option) => option !== 'ro' && !option.startsWith('size='))
  return listAt(reference, 'mounts').some(
    (each) =>
      textAt(each, 'type') !== 'bind' &&
      ['destination', 'type', 'source'].every((key) => textAt(each, key) === textAt(mount, key)) &&
      isSame([...plain(each)], [...plain(mount)]) &&
      (!listAt(each, 'options').includes('ro') || listAt(mount, 'options').includes('ro')),
  )
}

const memoryOptions =
  /^(?:rw|ro|exec|noexec|nosuid|nodev|noatime|rprivate|private|size=[0-9]{1,18}[kmgKMG]?|mode=0?[0-7]{3,4})$/

function placeMemory(
  type: string,
  options: readonly string[],
  facts: RuntimeFacts,
  refuse: (why: string) => { why: string },
): Placed {
  if (type !== 'tmpfs') return refuse(`${type.slice(0, 32)} is not what the engine mounts there`)
  const odd = options.find((option) => !memoryOptions.test(option))
  if (odd !== undefined) return refuse(`${odd.slice(0, 64)} is not granted`)
  return isWithin(options, facts)
    ? keep('memory', [...options, 'nosuid', 'nodev'])
    : refuse(`must have a size up to ${facts.grants.limits.shm} bytes`)
}

/** What has no size, or 0, may take half of the host's memory (tmpfs(5)). The kernel takes the last of several. */
function isWithin(options: readonly string[], { grants: { limits } }: RuntimeFacts): boolean {
  const sizes = options.filter((option) => option.startsWith('size='))
  const bytes = parseSize(sizes.at(-1)?.slice('size='.length))
  return limits.shm === undefined || (bytes !== undefined && bytes <= limits.shm)
}

const ownFiles: Readonly<Record<string, string>> = {
  '/etc/resolv.conf': 'resolv.conf',
  '/etc/hostname': 'hostname',
  '/etc/hosts': 'hosts',
  '/dev/shm': 'mounts/shm',
}

/** In the engine's folder of this container, or of an own one whose network or shared memory it joins. */
function isEngines(source: string, target: string, spec: Json, facts: RuntimeFacts): boolean {
  const hasIpc = listAt(spec, 'linux', 'namespaces').some((space) => textAt(space, 'type') === 'ipc')
  // The host's shared memory comes with the host's ipc, which policy grants or does not (runtime-linux.ts).
  if (target === '/dev/shm' && source === '/dev/shm') return !hasIpc
  const file = Object.hasOwn(ownFiles, target) ? ownFiles[target] : undefined
  const folder = `${facts.dataRoot}/containers/`
  if (file === undefined || !source.startsWith(folder)) return false
  const [id = '', ...rest] = source.slice(folder.length).split('/')
  return rest.join('/') === file && (id === facts.id || facts.isOwnContainer(id))
}

const volumeForm = (dataRoot: string, source: string): string | undefined => {
  const [name = '', data, ...below] = source.startsWith(`${dataRoot}/volumes/`)
    ? source.slice(dataRoot.length + '/volumes/'.length).split('/')
    : []
  return data === '_data' && below.length === 0 ? name : undefined
}

const isOwnVolume = (source: string, { dataRoot, ownVolumes }: RuntimeFacts): boolean =>
  ownVolumes.has(volumeForm(dataRoot, source) ?? '')

/** A folder of a volume is bound by the engine to a place of its own first (moby internal/safepath, since engine 26). */
const isSubpath = (source: string, target: string, { dataRoot, ownSubpaths }: RuntimeFacts): boolean =>
  ownSubpaths.has(target) &&
  source.startsWith(`${dataRoot}/tmp/`) &&
  /^safe-mount[0-9]+$/.test(source.slice(`${dataRoot}/tmp/`.length))

/** The volumes a spec uses, by name. */
export const findVolumes = (spec: Json, dataRoot: string): readonly string[] =>
  listAt(spec, 'mounts').flatMap((mount) => volumeForm(dataRoot, textAt(mount, 'source')) ?? [])

const isClosedTarget = (path: string): boolean =>
  path === '/' || ['/proc', '/sys', '/dev'].some((folder) => path === folder || isBelow(path, folder))

function objectToSource(source: string, { dataRoot, grants }: RuntimeFacts): string | undefined {
  const isClosed = [...closedFolders, dataRoot].some(
    (folder) => source === folder || isBelow(source, folder) || isBelow(folder, source),
  )
  if (isClosed) return `${source} is not shown to containers: bind a folder of your own`
  return grants.binds?.some((root) => source === root || isBelow(source, root)) === false
    ? `${source} is in none of the folders that policy lets containers see`
    : undefined
}
