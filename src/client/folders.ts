import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
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
