import { readFile } from 'node:fs/promises'
import { Failure } from '../failure.ts'
import type { File } from './environment.ts'

/** The contents of a file that `flag` names. Throws a Failure where it cannot be read. */
export const readBytes = async (path: string, flag: string): Promise<File> => ({
  path,
  contents: await readFile(path).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new Failure('usage', `${flag}: cannot read ${path} (${code})`, { hint: 'mind the spelling' })
  }),
})
