import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { Failure } from '../failure.ts'

/** --cidfile: made before the container, so that nobody's file is overwritten, and gone again where there is none. */
export const withIdFile = async <T>(
  path: string | undefined,
  work: (write: (id: string) => void) => Promise<T>,
): Promise<T> => {
  if (path === undefined) return await work(() => {})
  const file = create(path)
  let isWritten = false
  try {
    return await work((id) => {
      writeSync(file, id)
      isWritten = true
    })
  } finally {
    closeSync(file)
    if (!isWritten) unlinkSync(path)
  }
}

const create = (path: string): number => {
  try {
    return openSync(path, 'wx', 0o666)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    if (code === 'EEXIST')
      throw new Failure('usage', `--cidfile: ${path} is there already`, {
        hint: "make sure the other container isn't running, and remove the file",
      })
    throw new Failure('usage', `--cidfile: cannot make ${path} (${code})`, { hint: 'mind the spelling' })
  }
}
