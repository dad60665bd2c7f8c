/** A user with profiles runs those and nothing else: what a sudo rule with a wrapper script did (DESIGN 7). */
import type { Json } from '../contract/json.ts'
import type { OperationId } from '../contract/operations.ts'
import type { Facts } from './facts.ts'
import { fieldAt, isEmpty, isList, isObject, listAt, textAt } from './fields.ts'
import type { Profile } from './grants.ts'
import { pulledImage } from './images.ts'
import { findMounts, type Mount } from './asked-mounts.ts'
import { normalizeImage } from './patterns.ts'
import type { Request } from './request.ts'

/** What one does with a container that runs what it must. All else, exec above all, would run something of one's own. */
const lifecycle: readonly OperationId[] = [
  'SystemPing',
  'SystemPingHead',
  'SystemVersion',
  'SystemInfo',
  'SystemEvents',
  'ContainerCreate',
  'ContainerStart',
  'ContainerInspect',
  'ContainerLogs',
  'ContainerAttach',
  'ContainerWait',
  'ContainerResize',
  'ContainerStop',
  'ContainerKill',
  'ContainerDelete',
  'ContainerList',
  'ContainerTop',
  'ContainerStats',
  'ImageList',
  'ImageInspect',
  'ImageCreate',
]

export function objectToProfiles(request: Request, { grants: { profiles } }: Facts): string | undefined {
  if (profiles === undefined) return undefined
  const { operation, body } = request
  if (!lifecycle.includes(operation)) return 'you run the profiles that policy names, and nothing else'
  if (operation === 'ImageCreate') {
    const reference = pulledImage(request)?.reference ?? ''
    return profiles.some(({ image }) => isSameImage(image, reference))
      ? undefined
      : `no profile of yours has ${reference}`
  }
  if (operation !== 'ContainerCreate' || body.kind !== 'json') return undefined
  const why = profiles.map((profile) => objectToProfile(body.value, profile))
  return why.includes(undefined) ? undefined : (why[0] ?? 'policy names no profile of yours')
}

const isSameImage = (one: string, other: string): boolean =>
  one === other || (normalizeImage(one) !== undefined && normalizeImage(one) === normalizeImage(other))

/** Fields that change nothing of what runs, and where: checked by the rules that hold for everybody. */
const neutral: readonly string[] = [
  'User',
  'Labels',
  'Hostname',
  'Domainname',
  'AttachStdin',
  'AttachStdout',
  'AttachStderr',
  'Tty',
  'OpenStdin',
  'StdinOnce',
  'StopTimeout',
  'ArgsEscaped',
  'SecurityOpt',
  'UsernsMode',
  'GroupAdd',
  'AutoRemove',
  'ConsoleSize',
  'ContainerIDFile',
  'CapDrop',
  'Init',
  'LogConfig',
  'ReadonlyRootfs',
  'ShmSize',
  'CpuShares',
  'CpuPeriod',
  'CpuQuota',
  'NanoCpus',
  'Memory',
  'MemoryReservation',
  'MemorySwap',
  'MemorySwappiness',
  'PidsLimit',
  'OomScoreAdj',
  'BlkioWeight',
]
/** Fields that a profile fixes, each compared below. */
const fixed: readonly string[] = ['Image', 'Entrypoint', 'Cmd', 'WorkingDir', 'Env', 'NetworkMode', 'Mounts', 'Binds']
const places: readonly string[] = ['HostConfig', 'NetworkingConfig']
/** Environment that says how to print, not what to run. */
const harmless = /^(?:TERM|TZ|LANG|LC_[A-Z]+)=/

function objectToProfile(body: Json, profile: Profile): string | undefined {
  const extra = [...entriesOf(body), ...entriesOf(fieldAt(body, 'HostConfig'))].find(
    ([key, value]) => ![...neutral, ...fixed, ...places].includes(key) && !isUnset(value),
  )
  if (extra !== undefined) return `${extra[0]}: your profile does not have it`
  if (!isSameImage(profile.image, textAt(body, 'Image'))) return `Image: your profile has ${profile.image}`
  if (!isWords(fieldAt(body, 'Entrypoint'), profile.entrypoint)) return 'Entrypoint: your profile has another'
  if (!isWords(fieldAt(body, 'Cmd'), profile.command))
    return `Cmd: your profile runs ${profile.command?.join(' ') ?? "the image's own"}`
  if (![profile.workdir, ''].includes(textAt(body, 'WorkingDir')))
    return `WorkingDir: your profile has ${profile.workdir}`
  if (plainNetwork(textAt(body, 'HostConfig', 'NetworkMode')) !== plainNetwork(profile.network))
    return `HostConfig.NetworkMode: your profile has ${profile.network}`
  const isElsewhere = entriesOf(fieldAt(body, 'NetworkingConfig', 'EndpointsConfig')).some(
    ([name, endpoint]) => plainNetwork(name) !== plainNetwork(profile.network) || !isUnset(endpoint),
  )
  if (isElsewhere) return 'NetworkingConfig.EndpointsConfig: your profile has no other network'
  if (!profile.environment.every((each) => listAt(body, 'Env').includes(each)))
    return `Env: your profile has ${profile.environment.map((each) => each.replace(/=.*$/s, '')).join(', ')}`
  const foreign = listAt(body, 'Env').find(
    (each) => typeof each !== 'string' || !(profile.environment.includes(each) || harmless.test(each)),
  )
  if (foreign !== undefined) return 'Env: your profile has no such variable'
  return objectToMounts(findMounts(body), profile)
}

const entriesOf = (value: Json | undefined): readonly (readonly [string, Json])[] => (isObject(value) ? [...value] : [])
const isUnset = (value: Json): boolean =>
  isEmpty(value) ||
  value === '' ||
  value === 0 ||
  value === false ||
  value === 'default' ||
  (isObject(value) && [...value.values()].every(isUnset))
const plainNetwork = (name: string): string => (name === '' || name === 'default' ? 'bridge' : name)

/** The image's own where the profile says nothing: an empty list would take it away. */
const isWords = (value: Json | undefined, words: readonly string[] | undefined): boolean =>
  isList(value) && value.length > 0
    ? words !== undefined && JSON.stringify(value) === JSON.stringify(words)
    : words === undefined && (value === undefined || value === null)

/** Those of the profile, all of them; and the identity inside, which is the user's own anyway. */
function objectToMounts(mounts: readonly Mount[], profile: Profile): string | undefined {
  const isAsProfile = (mount: Mount): boolean =>
    mount.kind === 'bind' &&
    profile.mounts.some(
      ({ source, target, readOnly }) =>
        mount.bind.source === source && mount.target === target && (mount.bind.readOnly || !readOnly),
    )
  const foreign = mounts.find((mount) => !isAsProfile(mount) && !['/etc/passwd', '/etc/group'].includes(mount.target))
  if (foreign !== undefined) return `${foreign.field}: your profile does not mount ${foreign.target}`
  const missing = profile.mounts.find(({ target }) => !mounts.some((mount) => mount.target === target))
  return missing === undefined ? undefined : `HostConfig.Mounts: your profile has ${missing.target}`
}
