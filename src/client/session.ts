import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { CallerEnvironment } from './environment.ts'

/**
 * Which batch job or shell session we are in: containers are labelled with it, so that dockerexec finds the one that was started
 * here. A job is told by SLURM_JOB_ID; a session by its leader and when that began, since numbers are given out again (proc(5)).
 */
export const readSession = (env: CallerEnvironment): string | undefined => {
  const [job = '', cluster = ''] = [env['SLURM_JOB_ID'], env['SLURM_CLUSTER_NAME']]
  if (/^[0-9]+$/.test(job)) return `slurm:${cluster}:${job}`
  const session = readStat('self')[3] ?? ''
  const began = readStat(session)[19]
  return began === undefined ? undefined : `session:${hostname()}:${session}:${began}`
}

/** The fields behind the name, which may hold anything: the state is the first. */
const readStat = (pid: string): readonly string[] => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
