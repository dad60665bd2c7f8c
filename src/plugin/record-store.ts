/**
 * Records on disk, one file each: seen whole or not at all. One that cannot be read is none. The folder says by which schema
 * it was written: older ones are brought up to it, newer ones are not guessed at.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import type { ContainerRecord } from '../policy/facts.ts'
import type { HoldingRecord, NamedKind, RecordStore } from './records.ts'

/** 0 had no number, containers alone, and `uid` for `owner`. */
const schema = 1
const folders: Readonly<Record<NamedKind, string>> = {
  container: 'containers',
  network: 'networks',
  volume: 'volumes',
}
const idForm = /^[0-9a-f]{64}$/
const forms: Readonly<Record<NamedKind, RegExp>> = {
  container: idForm,
  network: idForm,
  volume: /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/,
}

/** Below `state`, which is made for root alone. Throws a Failure where a newer gate has written there. */
export function openRecordStore(state: string): RecordStore {
  for (const folder of Object.values(folders)) mkdirSync(join(state, folder), { recursive: true, mode: 0o700 })
  upgrade(state)
  const read = (kind: NamedKind) => readAll(join(state, folders[kind]), forms[kind])
  return {
    load: () => ({
      containers: read('container').filter(isContainer),
      holdings: [...read('network'), ...read('volume')].filter(isHolding),
    }),
    // Lost with the power, it makes the container root's. Volumes hold data that is worth a wait for the disk.
    saveContainer: (record) => write(placeOf('container', record.id), record, false),
    saveHolding: (record) => write(placeOf(record.kind, record.id), record, true),
    remove: (kind, id) => rmSync(placeOf(kind, id), { force: true }),
  }

  function placeOf(kind: NamedKind, id: string): string {
    if (!forms[kind].test(id)) throw new Error(`not the id of a ${kind}`)
    return join(state, folders[kind], id)
  }
}

function write(file: string, value: object, isSynced: boolean): void {
  const descriptor = openSync(`${file}~`, 'w', 0o600)
  try {
    writeSync(descriptor, JSON.stringify(value))
    if (isSynced) fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(`${file}~`, file)
}

function readAll(folder: string, form: RegExp): readonly object[] {
  return readdirSync(folder)
    .filter((name) => form.test(name))
    .flatMap((name) => {
      try {
        const record: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'))
        return typeof record === 'object' && record !== null && 'id' in record && record.id === name ? [record] : []
      } catch {
        return []
      }
    })
}

/** Each step may be cut off and done again: the number is written last. */
function upgrade(state: string): void {
  const file = join(state, 'schema')
  const found = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  if (found === schema) return
  if (!(found < schema))
    throw new Failure('settings', `${file}: the state was written by a newer dockerrun (schema ${found})`, {
      hint: `install that version again; this one knows schema ${schema}`,
    })
  for (const record of readAll(join(state, folders.container), idForm))
    if ('uid' in record) {
      const { uid, ...rest } = record
      write(
        join(state, folders.container, 'id' in rest ? String(rest.id) : ''),
        { ...rest, owner: uid, ids: 'own' },
        true,
      )
    }
  writeNumber(file)
}

function writeNumber(file: string): void {
  const descriptor = openSync(`${file}~`, 'w', 0o600)
  writeSync(descriptor, `${schema}\n`)
  fsyncSync(descriptor)
  closeSync(descriptor)
  renameSync(`${file}~`, file)
}

const isOwner = (value: unknown): boolean => value === 'anonymous' || Number.isSafeInteger(value)

const hasTexts = (value: object, keys: readonly string[]): boolean =>
  keys.every((key) => typeof Object.entries(value).find(([name]) => name === key)?.[1] === 'string')

function isContainer(value: object): value is ContainerRecord {
  return (
    hasTexts(value, ['id', 'name', 'login', 'image', 'ids', 'phase']) &&
    'owner' in value &&
    isOwner(value.owner) &&
    'binds' in value &&
    Array.isArray(value.binds)
  )
}

function isHolding(value: object): value is HoldingRecord {
  return hasTexts(value, ['id', 'name', 'login', 'kind']) && 'owner' in value && isOwner(value.owner)
}
