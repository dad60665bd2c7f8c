/** Slurm's programs and Open MPI's in a lab, where an installation would have put them. */
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Lab } from './lab.ts'
import { readMpi } from './mpi.ts'
import { checkout, readPackages } from './packages.ts'

/** With the library dependencies that neither a minimal Debian nor our Open MPI brings. */
const packages = ['slurmctld', 'slurmd', 'slurm-client', 'slurm-wlm-basic-plugins', 'munge', 'libnuma1', 'libreadline8']

/** The folders with what is unpacked and made of it, once for a checkout. */
export const readSlurmPrograms = (): readonly string[] => [
  readMpi(),
  readPackages(packages, join(checkout, '.lab', 'slurm')),
]

/** Everybody in the lab sees them from then on, what runs already too. `folder` is a path inside. */
export const addSlurmPrograms = async (lab: Lab, folder: string, nodes: readonly string[]): Promise<void> => {
  const root = lab.path(`${folder}/root`)
  mkdirSync(root, { recursive: true })
  for (const unpacked of readSlurmPrograms()) {
    for (const [part, place] of [
      ['etc', 'etc'],
      ['usr', 'usr'],
      ['lib', 'usr/lib'],
    ] as const) {
      if (existsSync(join(unpacked, part)))
        await promisify(execFile)('cp', ['-a', '-T', join(unpacked, part), join(root, place)])
    }
  }
  copyFileSync(join(import.meta.dirname, 'slurm-init.sh'), lab.path(`${folder}/init.sh`))
  const { status, stderr } = await lab.exec(['sh', `${folder}/init.sh`, folder, ...nodes])
  if (status !== 0) throw new Error(`slurm-init.sh: ${stderr}`)
}
