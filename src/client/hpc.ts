import { matchEnvironment, nameOf, type CallerEnvironment } from './environment.ts'

/** The preset `hpc`: which variables of batch system and MPI go into a container. docs/slurm.md has the same table. Pure. */

export const hpcPatterns: readonly string[] = [
  'SLURM_*',
  'SLURMD_*',
  'PMI*',
  'PMIX*',
  'OMPI_*',
  'PRTE_*',
  'ORTE_*',
  'CUDA_VISIBLE_DEVICES',
  'ROCR_VISIBLE_DEVICES',
  'GPU_DEVICE_ORDINAL',
  'OMP_NUM_THREADS',
]

/**
 * Not of them: SLURM_JWT lets whoever reads it act as the user in the batch system; options of site plugins (SPANK) may hold
 * anything; SLURM_CONF is a file of the host's, and PMI_FD a descriptor of this process.
 */
export const hpcKept: readonly string[] = ['SLURM_JWT', 'SLURM_SPANK_*', 'SLURM_CONF', 'PMI_FD', 'PMI2_FD']

/** Names of the caller's variables that the preset passes on. */
export const hpcNames = (env: CallerEnvironment): readonly string[] => {
  const kept = new Set(matchEnvironment(hpcKept, env).map(nameOf))
  return matchEnvironment(hpcPatterns, env)
    .map(nameOf)
    .filter((name) => !kept.has(name))
}
