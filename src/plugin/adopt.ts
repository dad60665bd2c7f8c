/**
 * Containers that the engine has and no record tells of are recorded as root's, so that gate 2 lets them start: asked by root
 * on the gate's own socket. What has a record keeps it.
 */
import { randomUUID } from 'node:crypto'
import type { AdoptedContainer, Adoption, AdoptionWish } from '../contract/adoption.ts'
import type { Engine, EngineContainer } from '../host/engine.ts'
import type { WriteAudit } from './audit.ts'
import type { Records } from './records.ts'
import { rootsRecord } from './roots-things.ts'

export type AdoptPorts = {
  readonly engine: Pick<Engine, 'list' | 'readContainer'>
  readonly records: Records
  readonly now: () => number
  /** Throws where the line is not written. */
  readonly writeAudit: WriteAudit
}

/** What was asked for, and what the engine knows by that. */
type Found = { readonly reference: string; readonly container: EngineContainer | undefined }

/** The engine asks the gate about each of these questions. */
const atOnce = 8

/** Throws where the wish is none, and where the audit log cannot be written: what cannot be recorded is not adopted. */
export async function adoptContainers(wish: unknown, ports: AdoptPorts, deadline: AbortSignal): Promise<Adoption> {
  if (!isWish(wish)) throw new Error('what shall be adopted is not readable')
  const { engine, records } = ports
  const isAll = wish.containers === 'all'
  const references = isAll ? withoutRecord([...(await engine.list('container'))], records) : wish.containers
  const asked = await readAll([...new Set(references)], engine, deadline)
  deadline.throwIfAborted()
  // No wait from here on: a user's container that is being made gets its record before or after, and keeps it.
  const objections = isAll ? [] : asked.flatMap((each) => objectTo(each, records) ?? [])
  const strange = asked.flatMap(({ container }) =>
    container === undefined || records.get(container.id) !== undefined ? [] : [describe(container)],
  )
  const found = [...new Map(strange.map((each) => [each.id, each])).values()]
  if (!wish.isTrial && objections.length === 0) for (const container of found) adopt(container, ports)
  return { found, objections }
}

const withoutRecord = (ids: readonly string[], records: Records): readonly string[] =>
  ids.filter((id) => records.get(id) === undefined)

async function readAll(
  references: readonly string[],
  engine: AdoptPorts['engine'],
  deadline: AbortSignal,
): Promise<readonly Found[]> {
  const found: Found[] = []
  for (let from = 0; from < references.length; from += atOnce) {
    deadline.throwIfAborted()
    const some = references.slice(from, from + atOnce)
    found.push(...(await Promise.all(some.map(async (reference) => await readOne(reference, engine)))))
  }
  return found
}

const readOne = async (reference: string, engine: AdoptPorts['engine']): Promise<Found> => ({
  reference,
  container: referenceForm.test(reference) ? await engine.readContainer(reference) : undefined,
})

/** moby daemon/names, or an id: no way to other paths of the API. */
const referenceForm = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/

function objectTo({ reference, container }: Found, records: Records): string | undefined {
  if (container === undefined) return `${reference}: the engine has no such container`
  const record = records.get(container.id)
  return record === undefined || record.owner === 0
    ? undefined
    : `${reference}: the gate has a record of it, and it is ${record.login}'s`
}

const describe = ({ id, name, image }: EngineContainer): AdoptedContainer => ({ id, name, image })

function adopt({ id, name, image }: AdoptedContainer, { records, now, writeAudit }: AdoptPorts): void {
  writeAudit({
    time: new Date(now()).toISOString(),
    id: randomUUID(),
    user: 'root',
    administrator: true,
    operation: 'ContainerAdopt',
    object: id,
    name,
    image,
    verdict: 'allow',
    rule: 'adopt',
    why: "no record said whose it is, and now it is root's",
  })
  records.put(rootsRecord(id, 'root'))
}

function isWish(value: unknown): value is AdoptionWish {
  if (typeof value !== 'object' || value === null || !('containers' in value) || !('isTrial' in value)) return false
  const { containers, isTrial } = value
  const isNames = Array.isArray(containers) && containers.every((each) => typeof each === 'string')
  return (containers === 'all' || isNames) && typeof isTrial === 'boolean'
}
