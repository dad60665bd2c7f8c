import { realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import process from 'node:process'
import { Failure } from '../failure.ts'
import type { BindWish } from './bind-wish.ts'
import type { Bind } from './create-body.ts'
import { isWithin, ownPlaces, placesBeside } from './own-places.ts'

/** The host paths a run sees: what -v and --mount ask for, then home and working directory. Looked at as the user we are. */

export type Binds = { readonly binds: readonly Bind[]; readonly workdir: string | undefined }

type Asked = { readonly binds: readonly BindWish[]; readonly home: boolean; readonly cwd: boolean }
type Place = { readonly home: string; readonly cwd: string | undefined }

export const resolveBinds = async (asked: Asked, { home, cwd }: Place): Promise<Binds> => {
  const wished = await Promise.all(asked.binds.map((wish) => resolveWish(wish, cwd)))
  const realHome = asked.home ? await realpath(home).catch(() => undefined) : undefined
  const realCwd = asked.cwd && cwd !== undefined ? await realpath(cwd).catch(() => undefined) : undefined
  const around = ownPlaces(home, realHome, realCwd)
  const { workdir } = around
  const beside = placesBeside(
    around,
    wished.map(({ target }) => target),
  )
  const own = await Promise.all(
    beside.map(async ({ source, target }) => ({ source, target, readOnly: !(await isOurs(source)) })),
  )
  const isThere = workdir !== undefined && [...own, ...wished].some(({ target }) => isWithin(workdir, target))
  return { binds: [...own, ...wished], workdir: isThere ? workdir : undefined }
}

/** The engine would make a missing source as root and follow links anywhere (M08): it gets canonical paths of what is there. */
const resolveWish = async ({ source, target, ...how }: BindWish, cwd: string | undefined): Promise<Bind> => {
  const path = source.startsWith('/') ? source : resolve(cwd ?? '/', source)
  try {
    const real = await realpath(path)
    return { ...how, source: real, target: resolve('/', target) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ENOENT')
      throw new Failure('mount', `bind source path does not exist: ${path}`, { hint: 'make it, or mind the spelling' })
    throw new Failure('mount', `bind source path cannot be reached by you: ${path} (${String(code)})`, {
      hint: 'a container shows what you can reach from here, and no more',
    })
  }
}

/** What the gate binds writable: a folder that belongs to the user, and is none where others put theirs too (sticky). */
const isOurs = async (path: string): Promise<boolean> => {
  const { uid, mode } = await stat(path)
  return uid === process.getuid?.() && (mode & 0o1000) === 0
}
