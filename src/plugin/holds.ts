/** Names that are in no record, or in none any more: they were asked for, or have just been freed, and wait for their owner. */
import { Failure } from '../failure.ts'
import type { Owner } from '../policy/owner.ts'

/** A freed name stays its last owner's for this long (milliseconds), so that no request in flight finds another's things. */
const nameHold = 60_000
/** As long may a request take that was allowed to take a name: then the engine has made it, or never will. */
const reservationHold = 15 * 60_000
/** Of one owner, so that nobody fills the gate's memory with names. */
const most = 4096
const hint = 'names that were freed are counted for a minute, and those that the engine did not answer for, for fifteen'

type Hold = { readonly owner: Owner; readonly until: number }

export class Holds {
  /** Each with the ones that end first in front. */
  readonly #asked = new Map<string, Hold>()
  readonly #freed = new Map<string, Hold>()
  readonly #counts = new Map<Owner, number>()

  /** Whose it is at this moment. */
  owner(name: string, now: number): Owner | undefined {
    const hold = this.#asked.get(name) ?? this.#freed.get(name)
    return hold !== undefined && now <= hold.until ? hold.owner : undefined
  }

  /** Throws a Failure where a user has too many: root is not restricted. */
  ask(name: string, owner: Owner, now: number): void {
    this.#expire(now)
    if (owner !== 0 && this.#count(owner) >= most)
      throw new Failure('account', `you have asked for, or freed, ${most} names at a time: try again in a minute`, {
        hint,
      })
    this.#put(this.#asked, name, { owner, until: now + reservationHold })
  }

  free(name: string, owner: Owner, now: number): void {
    this.#expire(now)
    this.#put(this.#freed, name, { owner, until: now + nameHold })
  }

  delete(name: string): void {
    const hold = this.#asked.get(name) ?? this.#freed.get(name)
    if (hold === undefined) return
    this.#asked.delete(name)
    this.#freed.delete(name)
    const left = this.#count(hold.owner) - 1
    if (left === 0) this.#counts.delete(hold.owner)
    else this.#counts.set(hold.owner, left)
  }

  #count(owner: Owner): number {
    return this.#counts.get(owner) ?? 0
  }

  #put(map: Map<string, Hold>, name: string, hold: Hold): void {
    // Not overwritten in its old place: it ends last now.
    this.delete(name)
    map.set(name, hold)
    this.#counts.set(hold.owner, this.#count(hold.owner) + 1)
  }

  #expire(now: number): void {
    for (const map of [this.#asked, this.#freed])
      for (const [name, { until }] of map) {
        if (now <= until) break
        this.delete(name)
      }
  }
}
