import process from 'node:process'

/** None where it has been removed. */
export const workingDirectory = (): string | undefined => {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}
