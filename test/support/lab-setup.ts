/** Before the first test on a real engine, and beside nothing else: fetches what labs are made of, once for a checkout. */
import { makeMpiTar } from './mpi.ts'
import { readPackages } from './packages.ts'
import { newerRelease, readProgramFolders } from './releases.ts'
import { readSlurmPrograms } from './slurm-programs.ts'
import { readSudo } from './sudo.ts'

export const setup = (): void => {
  try {
    readPackages()
    readSudo()
    readProgramFolders(newerRelease)
    readSlurmPrograms()
    makeMpiTar()
  } catch (error) {
    // Not the end of the other suites: each test that needs it fails for itself, with the reason.
    process.stderr.write(`${String(error)}\n`)
  }
}
