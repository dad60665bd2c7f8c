/**
 * What Slurm's Epilog does for containers: all that a job has left ends with it. Slurm kills what is in the job's own cgroups;
 * what an engine put into cgroups below them, or elsewhere, outlives the job (LAB).
 */
import { readdirSync, readFileSync, rmdirSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { jobLabel } from '../contract/labels.ts'
import { Failure } from '../failure.ts'
import { hasCode } from '../host/files.ts'
import type { Engine } from '../host/http.ts'
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

/**
 * Where Slurm has the processes of a job, in each controller that is there. Debian's slurmd names its root after the node, for
 * several on one host. Pure.
 */
export function jobFolders(controllers: readonly string[], { job, uid, node }: EndedJob): readonly string[] {
  const roots = node === '' ? ['slurm'] : ['slurm', `slurm_${node}`]
  const scopes = node === '' ? ['slurmstepd.scope'] : ['slurmstepd.scope', `${node}_slurmstepd.scope`]
  return controllers.flatMap((controller) => [
    ...roots.map((root) => join(controller, root, `uid_${uid}`, `job_${job}`)),
    ...scopes.map((scope) => join(controller, 'system.slice', scope, `job_${job}`)),
  ])
}

const cgroups = '/sys/fs/cgroup'
/** Milliseconds for processes to end, and for the engine to remove what was theirs. */
const patience = { processes: 10_000, folders: 2_000, look: 20 }

/** Kills what is in the cgroups of the job and below them, and removes them. Throws a Failure where something does not end. */
export async function endInCgroups(ended: EndedJob): Promise<void> {
  const controllers = [cgroups, ...foldersIn(cgroups).map((name) => join(cgroups, name))]
  const tops = jobFolders(controllers, ended)
  const isEmpty = () => {
    const pids = new Set(tops.flatMap(folderAndBelow).flatMap(pidsIn))
    for (const pid of pids) killIfThere(pid)
    return pids.size === 0
  }
  if (!(await comesTrue(isEmpty, patience.processes)))
    throw new Failure('settings', `job ${ended.job}: processes of its containers do not end`, {
      hint: 'they wait for a file system or a device: see ps axo pid,stat,wchan,args',
    })
  await comesTrue(() => tops.every(isRemoved), patience.folders)
}

async function comesTrue(look: () => boolean, milliseconds: number): Promise<boolean> {
  for (const end = Date.now() + milliseconds; Date.now() < end; await pause(patience.look)) if (look()) return true
  return false
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error
  }
}

/** The deepest last. */
const folderAndBelow = (folder: string): readonly string[] =>
  isThere(folder) ? [folder, ...foldersIn(folder).flatMap((name) => folderAndBelow(join(folder, name)))] : []

const isThere = (folder: string): boolean => orNone(() => readdirSync(folder)) !== undefined
const foldersIn = (folder: string): readonly string[] =>
  (orNone(() => readdirSync(folder, { withFileTypes: true })) ?? [])
    .filter((each: Dirent) => each.isDirectory())
    .map(({ name }) => name)

const pidsIn = (folder: string): readonly number[] =>
  (orNone(() => readFileSync(join(folder, 'cgroup.procs'), 'utf8')) ?? '').split('\n').filter(Boolean).map(Number)

/** Slurm and the engine remove their own at the same moment. */
function isRemoved(folder: string): boolean {
  for (const each of folderAndBelow(folder).toReversed()) orNone(() => rmdirSync(each))
  return !isThere(folder)
}

function orNone<Value>(act: () => Value): Value | undefined {
  try {
    return act()
  } catch (error) {
    if (['ENOENT', 'ENODEV', 'ENOTDIR', 'EBUSY'].some((code) => hasCode(error, code))) return undefined
    throw error
  }
}

/**
 * Kills the containers that dockerrun has labelled with this job and that run as its user: those that are not in its cgroups. A
 * label is whatever its user wrote; so nobody's but that user's own ends by it. Gives their ids.
 */
export async function endByLabel(engine: Pick<Engine, 'ask'>, { job, uid }: EndedJob): Promise<readonly string[]> {
  const filters = JSON.stringify({ label: [`${jobLabel}=${job}`] })
  const list: unknown = JSON.parse(
    (await engine.ask('GET', '/containers/json', { query: { filters } })).body.toString(),
  )
  const ended: string[] = []
  for (const each of Array.isArray(list) ? list : []) {
    const id = textOf(asRecord(each, place), 'Id', place)
    const { status, body } = await engine.ask('GET', `/containers/${id}/json`)
    const config = status === 200 ? recordOf(parseFields(body.toString(), place), 'Config', place) : {}
    if (!textOf(config, 'User', place).startsWith(`${uid}:`)) continue
    await engine.ask('POST', `/containers/${id}/kill`)
    ended.push(id)
  }
  return ended
}

const place = "the engine's answer"
