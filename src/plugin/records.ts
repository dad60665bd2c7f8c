/**
 * Whose container is which: recorded when gate 1 allowed the creation, so that nothing a client says later counts. A lost
 * record makes a container root's alone, which is the safe side.
 */
import type { ContainerRecord } from '../policy/facts.ts'

/** A freed name stays its last owner's for this long (milliseconds), so that no request in flight finds another's container. */
const nameHold = 60_000

/** Where records outlive the gate. Each call has happened when it returns, or throws. */
export type RecordStore = {
  readonly load: () => readonly ContainerRecord[]
  readonly save: (record: ContainerRecord) => void
  readonly remove: (id: string) => void
}

export class Records {
  readonly #store: RecordStore
  readonly #byId: Map<string, ContainerRecord>
  readonly #freedNames = new Map<string, { readonly uid: number; readonly at: number }>()

  constructor(store: RecordStore) {
    this.#store = store
    this.#byId = new Map(store.load().map((record) => [record.id, record]))
  }

  get ids(): readonly string[] {
    return [...this.#byId.keys()]
  }

  get(id: string): ContainerRecord | undefined {
    return this.#byId.get(id)
  }

  put(record: ContainerRecord): void {
    this.#store.save(record)
    this.#byId.set(record.id, record)
  }

  /** For a container that is gone. Its name is held for its owner for a while. */
  drop(id: string, now: number): void {
    const record = this.#byId.get(id)
    if (record === undefined) return
    for (const [name, { at }] of this.#freedNames) if (now - at > nameHold) this.#freedNames.delete(name)
    if (record.name !== '') this.#freedNames.set(record.name, { uid: record.uid, at: now })
    this.#byId.delete(id)
    this.#store.remove(id)
  }

  /** The record of another user's container under this name, if there is one; the container may be gone already. */
  holder(name: string, uid: number): ContainerRecord | undefined {
    return [...this.#byId.values()].find((record) => record.name === name && record.uid !== uid)
  }

  /** Was the name another user's until a moment ago? */
  isHeld(name: string, uid: number, now: number): boolean {
    const freed = this.#freedNames.get(name)
    return freed !== undefined && freed.uid !== uid && now - freed.at <= nameHold
  }
}
