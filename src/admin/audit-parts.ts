/** The files of an audit log, in the order in which they were written: those that were put away, then the one that is written. */
import { open, readdir, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { hasCode } from '../host/files.ts'
import { findRotationTime } from '../policy/audit-names.ts'
import { openSplitter, type RawLine } from './audit-lines.ts'

export type Part = {
  readonly name: string
  /** Which file it is, under whatever name; for as long as it is open. */
  readonly identity: string
  /** When it was put away, or last written by whoever did that. */
  readonly time: number
  /** The lines from where the last reading ended to what is its end now. */
  readonly read: () => AsyncGenerator<readonly RawLine[]>
  /** Does it end in the middle of a line? */
  readonly isTorn: () => boolean
  readonly close: () => Promise<void>
}

/** Opens all at once, and so keeps what is removed or renamed while others are read. */
export async function openParts(file: string, since: number): Promise<readonly Part[]> {
  const { current, names } = await findFiles(file)
  const base = basename(file)
  const parts = current === undefined ? [] : [current]
  for (const name of names) {
    const time = findRotationTime(base, name)
    if (time === undefined && !isForeign(base, name)) continue
    const part = await openPart(join(dirname(file), name), name, time)
    const isWanted = part !== undefined && part.time >= since - margin
    // logrotate(8) may rename what we have opened already.
    if (isWanted && !parts.some(({ identity }) => identity === part.identity)) parts.push(part)
    else await part?.close()
  }
  return parts.sort((one, other) => one.time - other.time || (one.name < other.name ? -1 : 1))
}

/**
 * What is written now, and the names of its folder from a moment when it was: what is renamed while a folder is read may be
 * missing in it, so that a later file could come without an earlier one.
 */
async function findFiles(file: string): Promise<{ current: Part | undefined; names: readonly string[] }> {
  for (;;) {
    const current = await openPart(file, basename(file), Infinity)
    const names = (await readdir(dirname(file)).catch(unlessAbsent)) ?? []
    if ((await readIdentity(file)) === current?.identity) return { current, names }
    await current?.close()
  }
}

/** Undefined where nothing has the name. */
export async function readIdentity(path: string): Promise<string | undefined> {
  const facts = await stat(path, { bigint: true }).catch(unlessAbsent)
  return facts === undefined ? undefined : identityOf(facts)
}

const identityOf = ({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string => `${dev}:${ino}`

/** Older files are not opened where only newer lines are asked for; clocks are set back by less than this. */
const margin = 24 * 60 * 60_000

/** What logrotate(8) calls them, in its two ways. */
const isForeign = (base: string, name: string): boolean =>
  name.startsWith(base) && /^[.-][0-9]+(-[0-9]+)?(\.gz)?$/.test(name.slice(base.length))

/** Undefined where it is not there, or no longer. `time` is the file's own where there is none. */
async function openPart(path: string, name: string, time: number | undefined): Promise<Part | undefined> {
  const handle = await open(path, 'r').catch(unlessAbsent)
  if (handle === undefined) return undefined
  const facts = await handle.stat({ bigint: true })
  const splitter = openSplitter()
  return {
    name,
    identity: identityOf(facts),
    time: time ?? Number(facts.mtimeMs),
    read: async function* () {
      try {
        for await (const chunk of name.endsWith('.gz') ? unpack(handle) : readOn(handle)) yield splitter.push(chunk)
      } catch (error) {
        if (!isDamage(error)) throw error
        yield [undefined]
      }
    },
    isTorn: splitter.isInside,
    close: async () => await handle.close(),
  }
}

function unlessAbsent(error: unknown): undefined {
  if (!hasCode(error, 'ENOENT')) throw error
}

async function* readOn(handle: FileHandle): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(256 * 1024)
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}

async function* unpack(handle: FileHandle): AsyncGenerator<Buffer> {
  // What goes wrong is thrown by the last of the two.
  const unpacked = pipeline(handle.createReadStream({ autoClose: false }), createGunzip(), () => {})
  for await (const chunk of unpacked) if (Buffer.isBuffer(chunk)) yield chunk
}

/** zlib's word for what it cannot unpack. */
const isDamage = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
