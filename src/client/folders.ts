import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import process from 'node:process'
import { hasCode } from '../host/files.ts'

/** What `mkdir -p` does, giving up at the first error: Node's own (recursive) goes round for ever below /proc. */
export const makeFolders = async (path: string, mode: number): Promise<void> => {
  try {
    await makeFolder(path, mode)
  } catch (error) {
    if (!hasCode(error, 'ENOENT') || dirname(path) === path) throw error
    await makeFolders(dirname(path), mode)
    await makeFolder(path, mode)
  }
}

const makeFolder = async (path: string, mode: number): Promise<void> => {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
}

/** A cache is believed: so it must be ours, and nobody else's to write (HOME=/tmp, say). Throws where it is not. */
export const checkOwnFolder = async (path: string): Promise<void> => {
  const { uid, mode } = await stat(path)
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0)
    throw Object.assign(new Error('it is not yours alone'), { code: 'EPERM' })
}
