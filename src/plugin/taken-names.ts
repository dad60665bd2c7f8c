/** Names that a request would take, and whether another has them. */
import { textAt } from '../policy/fields.ts'
import { referenceKind } from '../policy/names.ts'
import { ownerOf } from '../policy/owner.ts'
import type { Request } from '../policy/request.ts'
import type { Person, World } from './gather.ts'

/** The name that a request would take, if it does. */
export function takenName({
  operation,
  query,
  body,
}: Request): { kind: 'container' | 'network'; name: string } | undefined {
  if (operation === 'ContainerCreate' || operation === 'ContainerRename')
    return { kind: 'container', name: query.get('name') ?? '' }
  return operation === 'NetworkCreate' && body.kind === 'json'
    ? { kind: 'network', name: textAt(body.value, 'Name') }
    : undefined
}

/** A name is another's while a container of theirs has it (DESIGN 5; freed ones: Records.isHeld). */
export async function isTaken(
  kind: 'container',
  name: string,
  caller: Person,
  { engine, records, now }: World,
): Promise<boolean> {
  const owner = ownerOf(caller)
  const holder = name === '' || owner === undefined ? undefined : records.holder(kind, name, owner)
  if (holder === undefined) return false
  const found = await engine.readContainer(holder.id)
  if (found === undefined) records.drop(kind, holder.id, now())
  return found?.name === name
}

/** Old engines make two networks of one name, and then cannot tell them apart. */
export async function isNetworkTaken({ body }: Request, engine: World['engine']): Promise<boolean> {
  const name = body.kind === 'json' ? textAt(body.value, 'Name') : ''
  return referenceKind(name) === 'name' && (await engine.readNetwork(name)) !== undefined
}
