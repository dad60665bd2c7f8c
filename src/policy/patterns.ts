/** Image names as docker reads them, and the patterns of policy that grant images, repositories and devices. */
import type { Account } from '../contract/identity.ts'
import { matchesParts } from './globs.ts'

export type Person = Pick<Account, 'login' | 'uid'>

const label = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?'
const hostForm = new RegExp(`^${label}(?:\\.${label})*(?::[0-9]{1,5})?$`)
const component = '[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*'
const componentForm = new RegExp(`^${component}$`)
const pathForm = new RegExp(`^${component}(?:/${component})*$`)
/** distribution/reference: NameTotalLengthMax; and that with a tag and a digest. */
const longestName = 255
export const longestReference = longestName + 129 + 72
const suffixForm = /^(.+?)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/
/** The engine takes these for ids where no image has the name: one reference, two meanings. */
const idForm = /^(?:[0-9a-f]+|sha256:.*)$/

/**
 * The one name of an image: busybox is docker.io/library/busybox:latest (distribution/reference: splitDockerDomain,
 * TagNameOnly). Where there is a digest the engine does not look at the tag. Undefined for ids, and for what is no name.
 */
export function normalizeImage(reference: string): string | undefined {
  // Before anything looks for a suffix from every place of it.
  if (reference.length > longestReference || idForm.test(reference)) return undefined
  const [, name = '', tag = 'latest', digest] = suffixForm.exec(reference) ?? []
  const repository = normalizeRepository(name)
  if (repository === undefined) return undefined
  return digest === undefined ? `${repository}:${tag}` : `${repository}@${digest}`
}

/** The same for a name without tag and digest. */
function normalizeRepository(name: string): string | undefined {
  if (name.length > longestName) return undefined
  const host = registryOf(name)
  const hasHost = name.startsWith(`${host}/`) || name.startsWith('index.docker.io/')
  const path = hasHost ? name.slice(name.indexOf('/') + 1) : name
  const full = `${host}/${host === 'docker.io' && !path.includes('/') ? 'library/' : ''}${path}`
  return hostForm.test(host) && pathForm.test(path) && full.length <= longestName ? full : undefined
}

/** The first part is a host if it has a dot, a colon or an upper-case letter, or is localhost; index.docker.io is docker.io. */
export function registryOf(name: string): string {
  const [first = '', ...rest] = name.split('/')
  const isHost = rest.length > 0 && (/[.:A-Z]/.test(first) || first === 'localhost')
  return isHost && first !== 'index.docker.io' ? first : 'docker.io'
}

/** A pattern without tag grants all of them; one with a tag or digest that alone. `{login}` is nobody's without a person. */
export function matchesImage(patterns: readonly string[], reference: string, person: Person | undefined): boolean {
  const image = normalizeImage(reference)
  if (image === undefined) return false
  const [repository, suffix] = splitSuffix(image)
  return patterns.some((pattern) => {
    const [path, wanted] = splitSuffix(pattern)
    return matchesFor(path, repository, person) && (wanted === '' || matchesParts([wanted], [suffix]))
  })
}

/** NAME and what follows it, :TAG or @DIGEST, if anything does. A colon before a slash is a port's. */
export function splitSuffix(pattern: string): readonly [string, string] {
  const at = pattern.search(/@|:[^/@]*$/)
  return at < 0 ? [pattern, ''] : [pattern.slice(0, at), pattern.slice(at)]
}

function matchesFor(pattern: string, name: string, person: Person | undefined): boolean {
  const parts = pattern.split('/').map((part) => (part === '{login}' ? ownPart(person) : part))
  return parts.every((part) => part !== undefined) && matchesParts(parts, name.split('/'))
}

/** u<uid> where the login is no path component; and where it looks like that, since it could be another's then. */
const ownPart = (person: Person | undefined): string | undefined =>
  person === undefined || (componentForm.test(person.login) && !/^u[0-9]+$/.test(person.login))
    ? person?.login
    : `u${person.uid}`

/** Where a user may write image names in any case (DESIGN 4): names below it, not the name itself. */
export const ownRepository = (person: Person): string => `localhost/${ownPart(person) ?? ''}`

/** May this person tag, commit to and delete `name`, a repository without tag and digest? */
export function isOwnRepository(name: string, person: Person, patterns: readonly string[]): boolean {
  const repository = normalizeRepository(name)
  return (
    repository !== undefined &&
    (repository.startsWith(`${ownRepository(person)}/`) ||
      patterns.some((pattern) => matchesFor(pattern, repository, person)))
  )
}

/** What any user may write in, or what leads out of /dev: a link there could be to any device. */
const openPlaces = /^\/dev\/(?:shm|mqueue|hugepages|pts|fd|stdin|stdout|stderr)(?:\/|$)/

export const isDevicePath = (path: string): boolean =>
  path.length <= longestName &&
  /^(?:\/[^/]+){2,}$/.test(path) &&
  !/\/\.\.?(?:\/|$)/.test(path) &&
  path.startsWith('/dev/') &&
  !openPlaces.test(path)

export const matchesDevice = (patterns: readonly string[], path: string): boolean =>
  isDevicePath(path) && patterns.some((pattern) => matchesParts(pattern.split('/'), path.split('/')))
