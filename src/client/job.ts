import type { CallerEnvironment } from './environment.ts'

/** In which Slurm job and step a process is, and in which cgroup that job has its limits. Pure. */

export type Job = {
  readonly id: string
  readonly step: string | undefined
  /** Of the whole job, whose limits are those of all its steps; undefined where the process is in none of it. */
  readonly cgroup: string | undefined
}

/**
 * `cgroups`: /proc/self/cgroup. A shell of salloc and one that was told the variables are in a job by name only: then there is
 * no cgroup. Slurm 22.05 names it [/slurm_NODE]/uid_U/job_J/step_S of each v1 controller it uses, and
 * .../slurmstepd.scope/job_J/step_S on v2; around it are other jobs, so the path ends with job_J.
 */
export const parseJob = (cgroups: string, env: CallerEnvironment): Job | undefined => {
  const id = env['SLURM_JOB_ID'] ?? ''
  if (!/^[0-9]+$/.test(id)) return undefined
  const form = new RegExp(`^((?:/[^/]+)*/job_${id})(?:/step_([^/]+))?(?:/|$)`)
  const [found] = cgroups
    .split('\n')
    .flatMap((line) => {
      const [, controllers = '', path = ''] = /^[0-9]+:([^:]*):(.*)$/.exec(line) ?? []
      const [, cgroup, step] = form.exec(path) ?? []
      return cgroup === undefined ? [] : [{ rank: rankOf(controllers), cgroup, step }]
    })
    .toSorted((one, other) => one.rank - other.rank)
  return { id, step: found?.step ?? stepOf(env['SLURM_STEP_ID'] ?? env['SLURM_STEPID']), cgroup: found?.cgroup }
}

/** All controllers have the same path where Slurm uses them; memory is the one that limits most. */
const rankOf = (controllers: string): number => (controllers.split(',').includes('memory') ? 0 : 1)

/** slurm/slurm.h: SLURM_BATCH_SCRIPT and the like are numbers in the variable and words in the cgroup. */
const namedSteps: Readonly<Record<string, string>> = {
  '4294967290': 'interactive',
  '4294967291': 'batch',
  '4294967292': 'extern',
}

const stepOf = (text: string | undefined): string | undefined =>
  text === undefined || !/^[0-9]+$/.test(text) ? undefined : (namedSteps[text] ?? text)
