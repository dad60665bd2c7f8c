/**
 * Whose container, network and volume is which: recorded when gate 1 allowed it to be made, so that nothing a client says
 * later counts. A lost record makes a thing root's alone, which is the safe side.
 */
import type { ContainerRecord } from '../policy/facts.ts'
import type { Owner } from '../policy/owner.ts'
import { anonymousForm } from '../policy/volumes.ts'
import { Holds } from './holds.ts'
import { Things } from './things.ts'

/** As long may the engine take to make a container. */
const fillingHold = 15 * 60_000

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

export class Records {
  readonly #store: RecordStore
  readonly #containers: Things<ContainerRecord>
  readonly #holdings: Record<'network' | 'volume', Things<HoldingRecord>>
  readonly #holds = new Holds()
  /** Volumes that the engine may be filling, and until when at the latest; those that end first in front. */
  readonly #filling = new Map<string, number>()

  constructor(store: RecordStore) {
    const { containers, holdings } = store.load()
    const those = (kind: string) => holdings.filter((each) => each.kind === kind)
    this.#store = store
    this.#containers = new Things(containers)
    this.#holdings = { network: new Things(those('network')), volume: new Things(those('volume'), isCounted) }
  }

  ids(kind: NamedKind): readonly string[] {
    return this.#things(kind).ids()
  }

  get(id: string): ContainerRecord | undefined {
    return this.#containers.get(id)
  }

  holding(kind: 'network' | 'volume', id: string): HoldingRecord | undefined {
    return this.#holdings[kind].get(id)
  }

  put(record: ContainerRecord): void {
    this.#store.saveContainer(record)
    this.#containers.put(record)
    this.#holds.delete(`container ${record.name}`)
  }

  putHolding(record: HoldingRecord): void {
    this.#store.saveHolding(record)
    this.#holdings[record.kind].put(record)
    this.#holds.delete(`${record.kind} ${record.name}`)
  }

  count(owner: Owner): { readonly containers: number; readonly networks: number; readonly volumes: number } {
    const { network, volume } = this.#holdings
    return { containers: this.#containers.count(owner), networks: network.count(owner), volumes: volume.count(owner) }
  }

  /** For a thing that is gone. Its name is held for its owner for a while. */
  drop(kind: NamedKind, id: string, now: number): void {
    const things = this.#things(kind)
    const record = things.get(id)
    if (record === undefined) return
    this.#free(kind, record.name, record.owner, now)
    things.delete(id)
    this.#store.remove(kind, id)
  }

  /** The id that a reference means among the records: an id, the beginning of one, or a name. */
  find(kind: NamedKind, reference: string): string | undefined {
    return this.#things(kind).find(reference)
  }

  rename(record: ContainerRecord, name: string, now: number): void {
    this.put({ ...record, name })
    this.#free('container', record.name, record.owner, now)
  }

  /** Keeps a name for who may take it, from the permission until the engine has answered. Throws a Failure where it is one too many. */
  reserve(kind: NamedKind, name: string, owner: Owner, now: number): void {
    if (name !== '') this.#holds.ask(`${kind} ${name}`, owner, now)
  }

  /** From the permission to make a container with it until the engine has answered. */
  fill(volume: string, now: number): void {
    for (const [each, until] of this.#filling) {
      if (now <= until) break
      this.#filling.delete(each)
    }
    this.#filling.delete(volume)
    this.#filling.set(volume, now + fillingHold)
  }

  filled(volume: string): void {
    this.#filling.delete(volume)
  }

  isFilling(volume: string, now: number): boolean {
    return (this.#filling.get(volume) ?? 0) >= now
  }

  /** The engine did not make it: the name is free again after a moment. */
  release(kind: NamedKind, name: string, owner: Owner, now: number): void {
    if (this.#holds.owner(`${kind} ${name}`, now) === owner) this.#free(kind, name, owner, now)
  }

  /** The record of another's thing under this name, if there is one; it may be gone already. */
  holder(kind: NamedKind, name: string, owner: Owner): { readonly id: string } | undefined {
    const id = this.#things(kind).findForeign(name, owner)
    return id === undefined ? undefined : { id }
  }

  /** Has anybody this name, or asked for it, or had it until a moment ago? */
  isKnown(kind: NamedKind, name: string, now: number): boolean {
    return this.find(kind, name) !== undefined || this.#holds.owner(`${kind} ${name}`, now) !== undefined
  }

  /** Has another asked for this name, or had it until a moment ago? */
  isHeld(kind: NamedKind, name: string, owner: Owner, now: number): boolean {
    const holder = this.#holds.owner(`${kind} ${name}`, now)
    return holder !== undefined && holder !== owner
  }

  /** Has this one asked for the name, or had it until a moment ago? */
  isHeldBy(kind: NamedKind, name: string, owner: Owner, now: number): boolean {
    return this.#holds.owner(`${kind} ${name}`, now) === owner
  }

  #things(kind: NamedKind): Things<ContainerRecord> | Things<HoldingRecord> {
    return kind === 'container' ? this.#containers : this.#holdings[kind]
  }

  #free(kind: NamedKind, name: string, owner: Owner, now: number): void {
    if (name !== '') this.#holds.free(`${kind} ${name}`, owner, now)
  }
}

/** Anonymous volumes come and go with their containers, but for those that were asked for by themselves. */
const isCounted = ({ id, isAsked }: HoldingRecord): boolean => isAsked === true || !anonymousForm.test(id)
