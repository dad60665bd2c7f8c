import { open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { hasCode } from '../host/files.ts'
import { checkOwnFolder, makeFolders } from './folders.ts'

/** As long may one that came first take, which is a container made and looked into; and one that was killed meanwhile delay us. */
const patience = 10_000

/**
 * Who comes first makes what is missing, and the others wait to read it: a job array whose tasks start at once makes one
 * container to look into a new image, and not hundreds. `path` is a file that is there meanwhile, on a file system that all of
 * them see; where there can be none, each makes its own.
 */
export const takeTurn = async <T>(
  path: string,
  read: () => Promise<T | undefined>,
  make: () => Promise<T>,
  longest = patience,
): Promise<T> => {
  const end = Date.now() + longest
  for (let delay = 20; ; delay = Math.min(500, delay * 1.5)) {
    const turn = await claim(path)
    if (turn === 'none') return await make()
    if (turn === 'ours')
      try {
        return (await read()) ?? (await make())
      } finally {
        await rm(path, { force: true }).catch(() => {})
      }
    const found = await read()
    if (found !== undefined) return found
    if (Date.now() > end) await rm(path, { force: true }).catch(() => {})
    await pause(delay * (0.5 + Math.random()))
  }
}

const claim = async (path: string): Promise<'ours' | 'taken' | 'none'> => {
  try {
    await makeFolders(dirname(path), 0o700)
    await checkOwnFolder(dirname(path))
    const file = await open(path, 'wx', 0o600)
    await file.close()
    return 'ours'
  } catch (error) {
    return hasCode(error, 'EEXIST') ? 'taken' : 'none'
  }
}
