/** Operations on one's own containers: reading a never-started one, and starting one. */
import type { Facts } from './facts.ts'
import { objectToBind, objectToFinal } from './mounts.ts'
import type { Request } from './request.ts'
import type { QueryCheck } from './rule.ts'

/** The image's own account files: all that the overlay needs (DESIGN 6). */
export const objectToImageRead: QueryCheck = (value) =>
  value === '/etc/passwd' || value === '/etc/group'
    ? undefined
    : 'only /etc/passwd and /etc/group are read for a user (M06)'

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
export function objectToProbe(_: Request, { container, final }: Facts): string | undefined {
  if (container === undefined) return 'no such container of yours'
  if (container.binds.length > 0) return 'the engine would read through its binds as root (M06b)'
  return container.phase === 'started' || final?.hasRun !== false
    ? 'it has been started: the engine would read what it wrote, as root (M06)'
    : undefined
}

export function objectToStart(_: Request, facts: Facts): string | undefined {
  const { container, final } = facts
  if (container === undefined || final === undefined) return 'no such container of yours'
  if (container.phase === 'probed') return 'its files have been read by the engine for you: make a new container to run'
  for (const bind of container.binds) {
    const why = objectToBind(bind, facts)
    if (why !== undefined) return why
  }
  return objectToFinal(final)
}
