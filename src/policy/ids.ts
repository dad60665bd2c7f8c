/** Which ids a container has that a request is about: the host's own, or the engine's subordinate ones (DESIGN 4). */
import type { Facts, Ids } from './facts.ts'
import { textAt } from './fields.ts'
import type { Request } from './request.ts'

/** Only on a remapped engine, and only without `UsernsMode: host`, in this one spelling (R01, R06). */
export function idsOf(
  { operation, body }: Request,
  { container, remapped }: Pick<Facts, 'container' | 'remapped'>,
): Ids {
  if (operation !== 'ContainerCreate') return container?.ids ?? 'own'
  const mode = body.kind === 'json' ? textAt(body.value, 'HostConfig', 'UsernsMode') : ''
  return remapped === true && mode !== 'host' ? 'remapped' : 'own'
}
