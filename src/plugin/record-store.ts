/** Records on disk, one file each: seen whole or not at all. One that cannot be read is none. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContainerRecord } from '../policy/facts.ts'
import type { RecordStore } from './records.ts'

const idForm = /^[0-9a-f]{64}$/

/** Below `state`, which is made for root alone. */
export function openRecordStore(state: string): RecordStore {
  const folder = join(state, 'containers')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return {
    load: () =>
      readdirSync(folder)
        .filter((name) => idForm.test(name))
        .flatMap((id) => readRecord(join(folder, id), id)),
    save: (record) => {
      if (!idForm.test(record.id)) throw new Error('not a container id')
      const file = join(folder, record.id)
      writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 })
      renameSync(`${file}.new`, file)
    },
    remove: (id) => rmSync(join(folder, id), { force: true }),
  }
}

function readRecord(file: string, id: string): readonly ContainerRecord[] {
  try {
    const record: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isRecord(record) && record.id === id ? [record] : []
  } catch {
    return []
  }
}

function isRecord(value: unknown): value is ContainerRecord {
  if (typeof value !== 'object' || value === null) return false
  return (
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
