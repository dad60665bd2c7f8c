/**
 * Whose container, network and volume is which: recorded when gate 1 allowed it to be made, so that nothing a client says
 * later counts. A lost record makes a thing root's alone, which is the safe side.
 */
import type { ContainerRecord } from '../policy/facts.ts'
import type { Owner } from '../policy/owner.ts'
import { anonymousForm } from '../policy/volumes.ts'

/** A freed name stays its last owner's for this long (milliseconds), so that no request in flight finds another's things. */
const nameHold = 60_000
/** As long may a request take that was allowed to take a name: then the engine has made it, or never will. */
const reservationHold = 15 * 60_000

export type NamedKind = 'container' | 'network' | 'volume'

/** A network or a volume; a volume's id is its name. `since` is when it was asked for. */
export type HoldingRecord = {
  readonly kind: 'network' | 'volume'
  readonly id: string
  readonly name: string
  readonly owner: Owner
  readonly login: string
  readonly since: number
  /** A volume that no container had yet which was started. */
  readonly isFresh?: boolean
  /** It was made by itself, and not with a container. */
  readonly isAsked?: boolean
}

/** Where records outlive the gate. Each call has happened when it returns, or throws. */
export type RecordStore = {
  readonly load: () => { readonly containers: readonly ContainerRecord[]; readonly holdings: readonly HoldingRecord[] }
  readonly saveContainer: (record: ContainerRecord) => void
  readonly saveHolding: (record: HoldingRecord) => void
  readonly remove: (kind: NamedKind, id: string) => void
}

/** Who has a name that is not, or not any more, in a record: it was asked for, or has just been freed. */
type Hold = { readonly owner: Owner; readonly until: number }

export class Records {
  readonly #store: RecordStore
  readonly #containers: Map<string, ContainerRecord>
  readonly #holdings: Record<'network' | 'volume', Map<string, HoldingRecord>>
  readonly #holds = new Map<string, Hold>()
  /** Volumes that the engine may be filling, and until when at the latest. */
  #prunedAt = 0
  readonly #filling = new Map<string, number>()

  constructor(store: RecordStore) {
    const { containers, holdings } = store.load()
    const those = (kind: string) =>
      new Map(holdings.filter((each) => each.kind === kind).map((each) => [each.id, each]))
    this.#store = store
    this.#containers = new Map(containers.map((record) => [record.id, record]))
    this.#holdings = { network: those('network'), volume: those('volume') }
  }

  ids(kind: NamedKind): readonly string[] {
    return [...(kind === 'container' ? this.#containers : this.#holdings[kind]).keys()]
  }

  get(id: string): ContainerRecord | undefined {
    return this.#containers.get(id)
  }

  holding(kind: 'network' | 'volume', id: string): HoldingRecord | undefined {
    return this.#holdings[kind].get(id)
  }

  put(record: ContainerRecord): void {
    this.#store.saveContainer(record)
    this.#containers.set(record.id, record)
    this.#holds.delete(`container ${record.name}`)
  }

  putHolding(record: HoldingRecord): void {
    this.#store.saveHolding(record)
    this.#holdings[record.kind].set(record.id, record)
    this.#holds.delete(`${record.kind} ${record.name}`)
  }

  /** Anonymous volumes come and go with their containers, but for those that were asked for by themselves. */
  count(owner: Owner): { readonly containers: number; readonly networks: number; readonly volumes: number } {
    let [containers, networks, volumes] = [0, 0, 0]
    for (const record of this.#containers.values()) if (record.owner === owner) containers += 1
    for (const record of this.#holdings.network.values()) if (record.owner === owner) networks += 1
    for (const { id, isAsked, owner: whose } of this.#holdings.volume.values())
      if (whose === owner && (isAsked === true || !anonymousForm.test(id))) volumes += 1
    return { containers, networks, volumes }
  }

  /** For a thing that is gone. Its name is held for its owner for a while. */
  drop(kind: NamedKind, id: string, now: number): void {
    const map = kind === 'container' ? this.#containers : this.#holdings[kind]
    const record = map.get(id)
    if (record === undefined) return
    this.#hold(kind, record.name, record.owner, now + nameHold, now)
    map.delete(id)
    this.#store.remove(kind, id)
  }

  /** The id that a reference means among the records: an id, the beginning of one, or a name. */
  find(kind: NamedKind, reference: string): string | undefined {
    const map: ReadonlyMap<string, { readonly id: string; readonly name: string }> =
      kind === 'container' ? this.#containers : this.#holdings[kind]
    if (map.has(reference)) return reference
    const isMeant = /^[0-9a-f]{12,64}$/.test(reference)
      ? ({ id }: { readonly id: string }) => id.startsWith(reference)
      : ({ name }: { readonly name: string }) => name === reference
    return [...map.values()].find(isMeant)?.id
  }

  rename(record: ContainerRecord, name: string, now: number): void {
    this.put({ ...record, name })
    this.#hold('container', record.name, record.owner, now + nameHold, now)
  }

  /** Keeps a name for who may take it, from the permission until the engine has answered. */
  reserve(kind: NamedKind, name: string, owner: Owner, now: number): void {
    this.#hold(kind, name, owner, now + reservationHold, now)
  }

  /** From the permission to make a container with it until the engine has answered. */
  fill(volume: string, now: number): void {
    this.#filling.set(volume, now + reservationHold)
  }

  filled(volume: string): void {
    this.#filling.delete(volume)
  }

  isFilling(volume: string, now: number): boolean {
    return (this.#filling.get(volume) ?? 0) >= now
  }

  /** The engine did not make it: the name is free again after a moment. */
  release(kind: NamedKind, name: string, owner: Owner, now: number): void {
    if (this.#holds.get(`${kind} ${name}`)?.owner === owner) this.#hold(kind, name, owner, now + nameHold, now)
  }

  /** The record of another's thing under this name, if there is one; it may be gone already. */
  holder(kind: NamedKind, name: string, owner: Owner): { readonly id: string } | undefined {
    const map: ReadonlyMap<string, { readonly id: string; readonly name: string; readonly owner: Owner }> =
      kind === 'container' ? this.#containers : this.#holdings[kind]
    return [...map.values()].find((record) => record.name === name && record.owner !== owner)
  }

  /** Has anybody this name, or asked for it, or had it until a moment ago? */
  isKnown(kind: NamedKind, name: string, now: number): boolean {
    const hold = this.#holds.get(`${kind} ${name}`)
    return this.find(kind, name) !== undefined || (hold !== undefined && now <= hold.until)
  }

  /** Has another asked for this name, or had it until a moment ago? */
  isHeld(kind: NamedKind, name: string, owner: Owner, now: number): boolean {
    const hold = this.#holds.get(`${kind} ${name}`)
    return hold !== undefined && hold.owner !== owner && now <= hold.until
  }

  /** Once a second, so that many names do not make each of them dear. */
  #prune(now: number): void {
    if (now - this.#prunedAt < 1000) return
    this.#prunedAt = now
    for (const [key, hold] of this.#holds) if (now > hold.until) this.#holds.delete(key)
  }

  #hold(kind: NamedKind, name: string, owner: Owner, until: number, now: number): void {
    if (name === '') return
    this.#prune(now)
    this.#holds.set(`${kind} ${name}`, { owner, until })
  }
}
