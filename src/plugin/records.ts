/**
 * Whose container is which: recorded when gate 1 allowed the creation, one file each, so that a restart forgets nothing.
 * A lost or unreadable record makes a container root's alone, which is the safe side.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContainerRecord } from '../policy/facts.ts'

/** A freed name stays its last owner's for this long (milliseconds), so that no request in flight finds another's container. */
const nameHold = 60_000
const idForm = /^[0-9a-f]{64}$/

export class Records {
  readonly #folder: string
  readonly #byId = new Map<string, ContainerRecord>()
  readonly #freedNames = new Map<string, { readonly uid: number; readonly at: number }>()

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, 'containers')
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    for (const id of readdirSync(this.#folder).filter((name) => idForm.test(name))) this.#load(id)
  }

  get ids(): readonly string[] {
    return [...this.#byId.keys()]
  }

  get(id: string): ContainerRecord | undefined {
    return this.#byId.get(id)
  }

  put(record: ContainerRecord): void {
    if (!idForm.test(record.id)) throw new Error('not a container id')
    const file = join(this.#folder, record.id)
    writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 })
    renameSync(`${file}.new`, file)
    this.#byId.set(record.id, record)
  }

  /** For a container that is gone. Its name is held for its owner for a while. */
  drop(id: string, now: number): void {
    const record = this.#byId.get(id)
    if (record === undefined) return
    this.#byId.delete(id)
    rmSync(join(this.#folder, id), { force: true })
    if (record.name !== '') this.free(record.name, record.uid, now)
  }

  /** Notes that a name was seen unused; an earlier note stays. */
  free(name: string, uid: number, now: number): void {
    for (const [old, { at }] of this.#freedNames) if (now - at > nameHold) this.#freedNames.delete(old)
    if (!this.#freedNames.has(name)) this.#freedNames.set(name, { uid, at: now })
  }

  /** The records of other users' containers under this name; names are unique, but an old record may outlive its container. */
  holders(name: string, uid: number): readonly ContainerRecord[] {
    return [...this.#byId.values()].filter((record) => record.name === name && record.uid !== uid)
  }

  isHeld(name: string, uid: number, now: number): boolean {
    const freed = this.#freedNames.get(name)
    return freed !== undefined && freed.uid !== uid && now - freed.at <= nameHold
  }

  #load(id: string): void {
    try {
      const record: unknown = JSON.parse(readFileSync(join(this.#folder, id), 'utf8'))
      if (isRecord(record) && record.id === id) this.#byId.set(id, record)
    } catch {
      // An unreadable record is none: the container is root's alone.
    }
  }
}

function isRecord(value: unknown): value is ContainerRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    'name' in value &&
    typeof value.name === 'string' &&
    'uid' in value &&
    Number.isSafeInteger(value.uid) &&
    'binds' in value &&
    Array.isArray(value.binds) &&
    'phase' in value &&
    (value.phase === 'created' || value.phase === 'probed' || value.phase === 'started')
  )
}
