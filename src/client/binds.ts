import { access, constants, realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Failure } from '../failure.ts'
import type { Bind } from './create-body.ts'
import type { Mount } from './mount-wish.ts'
import { isWithin, ownPlaces, placesBeside, type Site } from './own-places.ts'

/** The host paths a run sees: what -v and --mount ask for, then home, working directory and the site's. Looked at as the user we are. */

export type Binds = { readonly binds: readonly Bind[]; readonly workdir: string | undefined }

type Asked = {
  readonly mounts: readonly Mount[]
  /** Where anything is mounted that one has asked for. */
  readonly targets: readonly string[]
  readonly home: boolean
  readonly cwd: boolean
  readonly site: readonly Site[]
}
type Place = {
  readonly home: string
  readonly cwd: string | undefined
  /** The engine is on this host. Else paths are those of that one, and nobody looks at them from here. */
  readonly isHere: boolean
}

/** In the order in which they were asked for; mounts that are no binds are passed over. */
export const resolveBinds = async (asked: Asked, { home, cwd, isHere }: Place): Promise<Binds> => {
  const wishes = asked.mounts.filter(({ Type }) => Type === 'bind')
  const wished = await Promise.all(wishes.map(async (mount) => await resolveWish(mount, cwd, isHere)))
  const realOf = async (path: string) => (isHere ? await realpath(path).catch(() => undefined) : path)
  const realHome = asked.home ? await realOf(home) : undefined
  const realCwd = asked.cwd && cwd !== undefined ? await realOf(cwd) : undefined
  const site = await Promise.all(
    asked.site.map(async (each) => {
      const source = await realOf(each.path)
      // What a site names need not be on each of its machines, nor be for each of its users.
      return source === undefined ? [] : [{ ...each, source }]
    }),
  )
  const around = ownPlaces(home, realHome, realCwd, site.flat())
  const { workdir } = around
  const own = await Promise.all(
    placesBeside(around, asked.targets).map(async ({ source, target, isReadOnly }) => ({
      source,
      target,
      readOnly: isReadOnly === true || (isHere && !(await isWritable(source))),
    })),
  )
  const isThere = workdir !== undefined && [...own, ...wished].some(({ target }) => isWithin(workdir, target))
  return { binds: [...own, ...wished], workdir: isThere ? workdir : undefined }
}

/** The engine would make a missing source as root and follow links anywhere (M08): it gets canonical paths of what is there. */
const resolveWish = async (mount: Mount, cwd: string | undefined, isHere: boolean): Promise<Bind> => {
  const { Source = '', Target, ReadOnly } = mount
  const path = resolve(cwd ?? '/', Source)
  try {
    return { source: isHere ? await realpath(path) : path, target: Target, readOnly: ReadOnly === true, mount }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ENOENT')
      throw new Failure('mount', `bind source path does not exist: ${path}`, { hint: 'make it, or mind the spelling' })
    throw new Failure('mount', `bind source path cannot be reached by you: ${path} (${String(code)})`, {
      hint: 'a container shows what you can reach from here, and no more',
    })
  }
}

/** As on the host: what one cannot write to is shown read-only, so that nothing is mounted below it by mistake. */
const isWritable = async (path: string): Promise<boolean> =>
  await access(path, constants.W_OK).then(
    () => true,
    () => false,
  )
