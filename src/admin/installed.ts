/** Puts files in place together or not at all, remembers what was there, and takes them away again. */
import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, realpath, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../failure.ts'
import { hasCode, writeFiles } from '../host/files.ts'

export type Found = { readonly text: string; readonly mode: number }

export type Change = {
  readonly path: string
  readonly mode: number
  /** Undefined: there is none. */
  readonly before: Found | undefined
  readonly after: string
  /** The one line that is added, in a file that is everybody's. */
  readonly line?: string | undefined
}

export type Folder = { readonly path: string; readonly mode: number }

/** What was there before the first installation, and what was written then, as a digest. */
export type Entry = {
  readonly path: string
  readonly before: Found | undefined
  readonly digest: string
  readonly line: string | undefined
}

/**
 * Where a path lies in the tree of a host. Throws a Failure where a link leads out of it: in the tree of an image, `/etc` may be a
 * link to this host's.
 */
export async function placeIn(root: string, path: string): Promise<string> {
  const place = join(root, path)
  if (root === '/') return place
  const real = await realFolder(dirname(place))
  if (real === root || real.startsWith(`${root}/`)) return place
  throw new Failure('settings', `${place}: a link leads out of ${root}`, { hint: 'take the link away' })
}

/** Of what is there of a folder, without links. */
async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return await realFolder(dirname(folder))
    throw error
  }
}

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** `root` is / or the folder of an image that is being made. */
export const readFound = async (root: string, path: string): Promise<Found | undefined> => {
  try {
    const place = await placeIn(root, path)
    const [text, { mode }] = await Promise.all([readFile(place, 'utf8'), stat(place)])
    return { text, mode: mode & 0o7777 }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** After an error all is as it was. Gives the folders that had to be made, the outermost first. */
export async function putInPlace(
  root: string,
  changes: readonly Change[],
  folders: readonly Folder[],
): Promise<readonly string[]> {
  const made: string[] = []
  const done: Change[] = []
  try {
    for (const { path } of changes) await makeFolders(root, { path: dirname(path), mode: 0o755 }, made)
    for (const folder of folders) await makeFolders(root, folder, made)
    for (const change of changes) {
      await writeFiles([{ path: await placeIn(root, change.path), data: change.after, mode: change.mode }], {
        replace: true,
      })
      done.push(change)
    }
    return made
  } catch (error) {
    for (const change of done.toReversed()) await restore(root, change)
    await removeFolders(root, made)
    throw error
  }
}

/** What was there, or nothing. */
export async function restore(root: string, { path, before }: Pick<Change, 'path' | 'before'>): Promise<void> {
  const place = await placeIn(root, path)
  if (before === undefined) await rm(place, { force: true })
  else await writeFiles([{ path: place, data: before.text, mode: before.mode }], { replace: true })
}

/** Those that are empty by now; gives the others. */
export async function removeFolders(root: string, folders: readonly string[]): Promise<readonly string[]> {
  const stay: string[] = []
  for (const folder of folders.toReversed())
    await rmdir(await placeIn(root, folder)).catch((error: unknown) => {
      if (hasCode(error, 'ENOTEMPTY')) stay.push(folder)
      else if (!hasCode(error, 'ENOENT')) throw error
    })
  return stay
}

/** What is missing of the way to a folder is open to all. */
async function makeFolders(root: string, { path, mode }: Folder, made: string[]): Promise<void> {
  if (path === '/') return
  await makeFolders(root, { path: dirname(path), mode: 0o755 }, made)
  try {
    const place = await placeIn(root, path)
    await mkdir(place)
    made.push(path)
    await chmod(place, mode)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
}
