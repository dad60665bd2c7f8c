/** Writes that are seen whole or not at all, and the check that nobody else could have prepared the place. */
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { lchown, link, lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../failure.ts'

const sticky = 0o1000

export type NewFile = { readonly path: string; readonly data: string; readonly mode: number }

/**
 * All files are complete on disk under other names before the first one gets its own: what another process can see of a half
 * done set is the time of the renames. A link at the path is replaced, never followed. Without `replace` an existing file is EEXIST.
 */
export async function writeFiles(files: readonly NewFile[], { replace }: { replace: boolean }): Promise<void> {
  const staged: string[] = []
  const placed: string[] = []
  try {
    for (const file of files) staged.push(await stage(file))
    for (const [index, { path }] of files.entries()) {
      await (replace ? rename : link)(staged[index] ?? '', path)
      placed.push(path)
    }
  } catch (error) {
    if (!replace) await removeAll(placed)
    throw error
  } finally {
    await removeAll(staged)
  }
}

/** One line in one write at the end of the file: whole and on disk, with the file's name, when this returns. */
export async function appendLine(path: string, line: string, mode: number): Promise<void> {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants
  await using file = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, mode)
  const data = Buffer.from(`${line}\n`)
  const { size } = await file.stat()
  const { bytesWritten } = await file.write(data)
  if (bytesWritten !== data.length) {
    // Half a line would spoil the file for its readers; taken back where nobody has written behind it.
    if ((await file.stat()).size === size + bytesWritten) await file.truncate(size)
    throw new Failure('settings', `${path}: the disk is full`, { hint: 'make room and try again' })
  }
  await file.datasync()
  await syncFolder(dirname(path))
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r')
  await folder.sync()
}

/**
 * The folder without links in its path, when nobody but root and the caller can change it or swap a part of the way to it.
 * Root writing below a folder of somebody else's would write wherever that somebody's links lead.
 */
export async function openOwnFolder(path: string): Promise<string> {
  const folder = await openOwnPlace(path)
  if (isShared(await lstat(folder))) throw changeable(folder)
  return folder
}

/** The same, with what is missing of it made, going down from what is there. */
export async function makeOwnFolder(path: string, mode: number): Promise<string> {
  await makePlace(path, mode)
  return openOwnFolder(path)
}

/**
 * Makes a folder for an account where only root could. In a place others can change nothing is made: that is left to the
 * account's own process and its rights.
 */
export async function giveFolder(
  path: string,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): Promise<void> {
  const parent = await openOwnFolder(dirname(path)).catch(() => undefined)
  if (parent === undefined) return
  const folder = join(parent, basename(path))
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return
    throw error
  }
  await lchown(folder, uid, gid)
}

async function makePlace(path: string, mode: number): Promise<string> {
  try {
    return await openOwnPlace(path)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    const place = join(await makePlace(dirname(path), mode), basename(path))
    // Not with `recursive`, which never ends where a folder that is there says ENOENT to all in it, as /proc does.
    await mkdir(place, { mode }).catch((failed: unknown) => {
      if (!hasCode(failed, 'EEXIST')) throw failed
    })
    return place
  }
}

/** As openOwnFolder, but the last folder may also be one such as /tmp: there others add entries, and cannot swap ours. */
async function openOwnPlace(path: string): Promise<string> {
  const folder = await realpath(path)
  for (let place = folder; ; place = dirname(place)) {
    const facts = await lstat(place)
    const swappable = isShared(facts) && (facts.mode & sticky) === 0
    if (swappable || (facts.uid !== 0 && facts.uid !== process.geteuid?.())) throw changeable(place)
    if (place === dirname(place)) return folder
  }
}

const isShared = ({ mode }: { mode: number }) => (mode & 0o022) !== 0

const changeable = (place: string) =>
  new Failure('settings', `${place}: others can change what is in it`, {
    hint: 'the folder and all above it must belong to root and be writable by root alone',
  })

/** Whether it is a system call's error of this name. */
export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

async function stage({ path, data, mode }: NewFile): Promise<string> {
  const name = join(dirname(path), `.${basename(path)}.${randomUUID()}`)
  const file = await open(name, 'wx', 0o600)
  try {
    await file.chmod(mode)
    await file.writeFile(data)
    await file.sync()
  } catch (error) {
    await rm(name, { force: true })
    throw error
  } finally {
    await file.close()
  }
  return name
}

const removeAll = (paths: readonly string[]) => Promise.all(paths.map((path) => rm(path, { force: true })))
