/** Namespaces and volumes shared with the host or with an own container (DESIGN 4, invariant 3; M15, M16). */
import type { Json } from '../contract/json.ts'
import type { Facts } from './facts.ts'
import { isEmpty, isList, type Check } from './fields.ts'
import type { HostNamespace } from './grants.ts'

/** The container that `container:REFERENCE` names; undefined for another kind of mode. */
export const joined = (mode: string): string | undefined => /^container:(.*)$/s.exec(mode)?.[1]

const mode =
  (name: HostNamespace, plain: readonly string[]): Check =>
  (value, facts) => {
    if (typeof value !== 'string') return 'must be a string'
    if (plain.includes(value)) return undefined
    if (value === 'host') return objectToHost(name, facts)
    const reference = name === 'uts' ? undefined : joined(value)
    return reference === undefined
      ? `must be ${plain.map((each) => each || 'left out').join(', ')} or host`
      : objectToJoin(reference, facts)
  }

export const pidMode = mode('pid', ['', 'private'])
export const ipcMode = mode('ipc', ['', 'none', 'private', 'shareable'])
export const utsMode = mode('uts', [''])

function objectToHost(name: HostNamespace, { caller, grants }: Facts): string | undefined {
  if (!grants.namespaces.includes(name) || grants.profiles !== undefined)
    return `the host's ${name} namespace is not granted to you: leave it out`
  return caller.kind === 'user' ? undefined : "nobody in particular does not get the host's namespaces"
}

/** The engine looks the name up when it starts the container: so this is asked then, too. */
export function objectToJoin(reference: string, { ownContainers }: Facts): string | undefined {
  return ownContainers.has(reference)
    ? undefined
    : 'that is no container of yours: give its name, or at least 12 digits of its id'
}

/** `CONTAINER[:ro|:rw]`, in Docker's order. */
export const volumesFromReference = (value: Json): string =>
  typeof value === 'string' ? value.replace(/:(?:ro|rw)$/, '') : ''

/**
 * The engine copies the other's mounts, and would then make a missing bind source as root, at every start (moby
 * daemon/volumes.go: SkipMountpointCreation is not copied): so it must have none.
 */
export const volumesFrom: Check = (value, facts) => {
  if (isEmpty(value ?? null)) return undefined
  if (!isList(value)) return 'must be a list'
  for (const each of value) {
    const reference = volumesFromReference(each)
    const why = objectToJoin(reference, facts)
    if (why !== undefined) return why
    if (facts.ownContainers.get(reference)?.phase === 'probed')
      return 'the engine reads files of that container for you: make it anew (M06)'
    if (facts.ownContainers.get(reference)?.binds.length !== 0)
      return 'that container has binds: name them again with --mount instead (M08, M15)'
  }
  return undefined
}
