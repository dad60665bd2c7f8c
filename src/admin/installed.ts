/** Puts files in place together or not at all, remembers what was there, and takes them away again. */
import { createHash } from 'node:crypto'
import { chmod, mkdir, readFile, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hasCode, writeFiles } from '../host/files.ts'

export type Change = {
  readonly path: string
  readonly mode: number
  /** Undefined: there is none. */
  readonly before: string | undefined
  readonly after: string
}

/** What was there before the first installation, and what was written then, as a digest. */
export type Entry = { readonly path: string; readonly before: string | undefined; readonly digest: string }

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** `root` is / or the folder of an image that is being made. */
export const readText = async (root: string, path: string): Promise<string | undefined> => {
  try {
    return await readFile(join(root, path), 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** After an error all is as it was. Gives the folders that had to be made, the outermost first. */
export async function putInPlace(root: string, changes: readonly Change[]): Promise<readonly string[]> {
  const made: string[] = []
  for (const { path } of changes) made.push(...(await makeFolders(root, dirname(path))))
  const files = changes.map(({ path, mode, after }) => ({ path: join(root, path), data: after, mode }))
  const done: Change[] = []
  try {
    for (const [index, file] of files.entries()) {
      await writeFiles([file], { replace: true })
      const change = changes[index]
      if (change !== undefined) done.push(change)
    }
    return made
  } catch (error) {
    for (const change of done.toReversed()) await restore(root, change)
    await removeFolders(root, made)
    throw error
  }
}

/** What was there, or nothing. */
export async function restore(
  root: string,
  { path, before, mode }: Pick<Change, 'path' | 'before' | 'mode'>,
): Promise<void> {
  const place = join(root, path)
  if (before === undefined) await rm(place, { force: true })
  else await writeFiles([{ path: place, data: before, mode }], { replace: true })
}

/** Those that are empty by now. */
export async function removeFolders(root: string, folders: readonly string[]): Promise<void> {
  for (const folder of folders.toReversed())
    await rmdir(join(root, folder)).catch((error: unknown) => {
      if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'ENOENT')) throw error
    })
}

async function makeFolders(root: string, folder: string): Promise<readonly string[]> {
  if (folder === '/') return []
  const above = await makeFolders(root, dirname(folder))
  try {
    await mkdir(join(root, folder))
    await chmod(join(root, folder), 0o755)
    return [...above, folder]
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return above
    throw error
  }
}
