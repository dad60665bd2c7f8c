/**
 * What Slurm's Epilog does for containers: all that a job has left ends with it. Slurm kills what is in the job's own cgroups;
 * what an engine put into cgroups below them, or elsewhere, outlives the job (LAB).
 */
import { jobLabel } from '../contract/labels.ts'
import { Failure } from '../failure.ts'
import type { Engine } from '../host/http.ts'
import { runProgram } from '../host/processes.ts'
import { asRecord, parseFields, recordOf, textOf } from '../host/json-fields.ts'

export type EndedJob = { readonly job: string; readonly uid: string; readonly node: string }

/** In: Slurm's variables of an Epilog. Throws a Failure where this is none (slurm.conf(5), Prolog and Epilog scripts). */
export function readEndedJob(env: Readonly<Record<string, string | undefined>>): EndedJob {
  const [job = '', uid = '', node = ''] = [env['SLURM_JOB_ID'], env['SLURM_JOB_UID'], env['SLURMD_NODENAME']]
  if (/^[0-9]+$/.test(job) && /^[0-9]+$/.test(uid) && /^[\w.-]*$/.test(node)) return { job, uid, node }
  throw new Failure('usage', 'SLURM_JOB_ID and SLURM_JOB_UID do not name a job', {
    hint: "it is Slurm's Epilog that calls this: Epilog=/etc/dockerrun/slurm-epilog in slurm.conf",
  })
}

/** Where Slurm has a job, in each hierarchy: Debian's slurmd names its root after the node, for several on one host. Pure. */
export function jobCgroups({ job, uid, node }: EndedJob): readonly string[] {
  const roots = node === '' ? ['slurm'] : ['slurm', `slurm_${node}`]
  const scopes = node === '' ? ['slurmstepd.scope'] : ['slurmstepd.scope', `${node}_slurmstepd.scope`]
  return [
    ...roots.map((root) => `/${root}/uid_${uid}/job_${job}`),
    ...scopes.map((scope) => `/system.slice/${scope}/job_${job}`),
  ]
}

/** Longer than dockerrun-runtime takes at most (native/job_end.c). */
const longest = 20_000

/**
 * Kills what is in the cgroups of the job and below them, and removes them: `program` does, which is dockerrun-runtime, since it
 * has to name processes and folders by descriptors. Throws a Failure where something does not end.
 */
export async function endInCgroups(ended: EndedJob, program: string): Promise<void> {
  const { status } = await runProgram(program, ['--dockerrun-end-job', ended.uid, ...jobCgroups(ended)], longest)
  if (status !== 0)
    throw new Failure('settings', `job ${ended.job}: something in its cgroups does not end`, {
      hint: 'it waits for a file system or a device: see ps axo pid,stat,wchan,args',
    })
}

/**
 * Kills the containers that dockerrun has labelled with this job and that run as its user: those that are not in its cgroups. A
 * label is whatever its user wrote; so nobody's but that user's own ends by it. Gives their ids.
 */
export async function endByLabel(engine: Pick<Engine, 'ask'>, { job, uid }: EndedJob): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(patience)
  const filters = JSON.stringify({ label: [`${jobLabel}=${job}`] })
  const list: unknown = JSON.parse(
    (await engine.ask('GET', '/containers/json', { query: { filters }, signal })).body.toString(),
  )
  const ended: string[] = []
  for (const each of Array.isArray(list) ? list : []) {
    const id = textOf(asRecord(each, place), 'Id', place)
    const { status, body } = await engine.ask('GET', `/containers/${id}/json`, { signal })
    const config = status === 200 ? recordOf(parseFields(body.toString(), place), 'Config', place) : {}
    if (!textOf(config, 'User', place).startsWith(`${uid}:`)) continue
    await engine.ask('POST', `/containers/${id}/kill`, { signal })
    ended.push(id)
  }
  return ended
}

/** Milliseconds: an engine that hangs is no reason for Slurm to take the node out. */
const patience = 10_000
const place = "the engine's answer"
