/** Records of one kind: found by id, by the beginning of one and by name, and counted, without a look at all of them. */
import type { Owner } from '../policy/owner.ts'

type Recorded = { readonly id: string; readonly name: string; readonly owner: Owner }

/** docker prints so much of an id, and nothing shorter is looked up. */
const shortId = 12
const idForm = /^[0-9a-f]{12,64}$/

export class Things<Thing extends Recorded> {
  readonly #isCounted: (thing: Thing) => boolean
  readonly #byId = new Map<string, Thing>()
  readonly #byShortId = new Map<string, Set<string>>()
  /** What has no name is not in it. */
  readonly #byName = new Map<string, Set<string>>()
  readonly #counts = new Map<Owner, number>()

  constructor(things: readonly Thing[], isCounted: (thing: Thing) => boolean = () => true) {
    this.#isCounted = isCounted
    for (const thing of things) this.put(thing)
  }

  ids(): readonly string[] {
    return [...this.#byId.keys()]
  }

  get(id: string): Thing | undefined {
    return this.#byId.get(id)
  }

  /** How many an owner has. */
  count(owner: Owner): number {
    return this.#counts.get(owner) ?? 0
  }

  /** The id that a reference means: an id, the beginning of one, or a name. */
  find(reference: string): string | undefined {
    if (this.#byId.has(reference)) return reference
    if (!idForm.test(reference)) return first(this.#byName.get(reference))
    return first(this.#byShortId.get(reference.slice(0, shortId)), (id) => id.startsWith(reference))
  }

  /** The id of one of this name that another has. */
  findForeign(name: string, owner: Owner): string | undefined {
    return first(this.#byName.get(name), (id) => this.#byId.get(id)?.owner !== owner)
  }

  put(thing: Thing): void {
    this.#forget(thing.id)
    this.#byId.set(thing.id, thing)
    add(this.#byShortId, thing.id.slice(0, shortId), thing.id)
    if (thing.name !== '') add(this.#byName, thing.name, thing.id)
    if (this.#isCounted(thing)) this.#counts.set(thing.owner, this.count(thing.owner) + 1)
  }

  delete(id: string): void {
    this.#forget(id)
    this.#byId.delete(id)
  }

  /** All but its place among the ids. */
  #forget(id: string): void {
    const thing = this.#byId.get(id)
    if (thing === undefined) return
    take(this.#byShortId, id.slice(0, shortId), id)
    take(this.#byName, thing.name, id)
    if (!this.#isCounted(thing)) return
    const left = this.count(thing.owner) - 1
    if (left === 0) this.#counts.delete(thing.owner)
    else this.#counts.set(thing.owner, left)
  }
}

function add(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key)
  if (ids === undefined) index.set(key, new Set([id]))
  else ids.add(id)
}

function take(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key)
  ids?.delete(id)
  if (ids?.size === 0) index.delete(key)
}

function first(
  ids: ReadonlySet<string> | undefined,
  isMeant: (id: string) => boolean = () => true,
): string | undefined {
  for (const id of ids ?? []) if (isMeant(id)) return id
  return undefined
}
