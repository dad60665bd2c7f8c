import type { CallerEnvironment } from './environment.ts'
import type { Settings } from './config.ts'
import type { RunRequest } from './run-request.ts'

/** Whether anything of a job has to be looked at: most runs are in none, and load nothing for it. Pure. */

/** Launchers say so to each process they start: PMIx (Slurm, Open MPI 5), Open MPI, PMI-2 with Slurm. */
export const isRank = (env: CallerEnvironment): boolean =>
  ['PMIX_RANK', 'OMPI_COMM_WORLD_RANK', 'PMI_RANK'].some((name) => (env[name] ?? '') !== '')

export const hasJob = (
  { hpc, mpi, join }: Pick<RunRequest, 'hpc' | 'mpi' | 'join'>,
  env: CallerEnvironment,
  settings: Settings,
): boolean =>
  (env['SLURM_JOB_ID'] ?? '') !== '' ||
  isRank(env) ||
  hpc === true ||
  mpi === true ||
  join ||
  settings.hpc.value === true
