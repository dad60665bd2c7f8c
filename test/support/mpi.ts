/** Open MPI, for the host's side of a lab and in an image, with a small program of ranks that tell each other something large. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { makeDebianTar } from './debian.ts'
import { checkout, readPackages } from './packages.ts'

/** With its library dependencies as far as a minimal Debian lacks them, but for those of networks that are not here. */
const packages = [
  'openmpi-bin',
  'openmpi-common',
  'libopenmpi3',
  'libpmix2',
  'libmunge2',
  'libhwloc15',
  'libevent-core-2.1-7',
  'libevent-pthreads-2.1-7',
]

/** A folder that can be laid over a Debian of this machine's release: mpirun, and in /usr/local/bin our mpi-rank. */
export const readMpi = (): string => {
  const folder = readPackages(packages, join(checkout, '.lab', 'mpi'))
  const headers = readPackages(['libopenmpi-dev'], join(checkout, '.lab', 'mpi-headers'))
  run('mpi.sh', [folder, headers])
  return folder
}

/** The path of the tar of a Debian with it, which is made once for each checkout. */
export const makeMpiTar = (): string => {
  const tar = join(checkout, '.lab', 'mpi.tar')
  run('mpi-image.sh', [tar, makeDebianTar(), readMpi()])
  return tar
}

const run = (script: string, args: readonly string[]): void => {
  const { status } = spawnSync('sh', [join(import.meta.dirname, script), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Error(`${script} failed: ${args.join(' ')}`)
}
