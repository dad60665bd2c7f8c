import { readFileSync, statSync } from 'node:fs'
import process from 'node:process'
import { jobLabel, stepLabel } from '../contract/labels.ts'
import { Failure } from '../failure.ts'
import type { Engine } from '../host/http.ts'
import { isThisHost } from '../host/this-host.ts'
import type { Settings } from './config.ts'
import { confinement, readGuard, tellUnconfined } from './confinement.ts'
import type { CallerEnvironment } from './environment.ts'
import { hpcNames } from './hpc.ts'
import { cpusetOptions, memlockOptions } from './job-limits.ts'
import { isRank } from './job-sign.ts'
import { parseJob, type Job } from './job.ts'
import { mpiOptions } from './mpi.ts'
import { withOptions, type RunRequest } from './run-request.ts'

/** What a run in a Slurm job, or as a rank of MPI, has besides: options in front of the line, variables, folders, a cgroup. */

export type JobPorts = {
  readonly engine: Engine
  readonly env: CallerEnvironment
  readonly settings: Settings
  readonly notice: (line: string) => void
  /** Of /proc and /sys; empty where there is none. */
  readonly read?: (path: string) => string
}

export type InJob = {
  readonly request: RunRequest
  readonly job: Job | undefined
  readonly confine?: (request: RunRequest) => Promise<RunRequest>
  /** What policy does not grant of what nobody asked for is left out; any other failure is thrown again. */
  readonly orWithout: (failure: unknown) => InJob
  /** A denial for want of the job's cgroup, with what the site can do. */
  readonly tell: (failure: unknown) => unknown
}

export const optionsOfJob = (asked: RunRequest, ports: JobPorts, hasMemlock = asked.instead !== 'explain'): InJob => {
  const { engine, env, settings, read = readText } = ports
  const job = parseJob(read('/proc/self/cgroup'), env)
  const isHere = isThisHost(engine.settings.address)
  const isHpc = asked.hpc ?? wantsHpc(asked, settings, job !== undefined || isRank(env))
  const isMpi = asked.mpi ?? (isHpc && isRank(env) && env['PMI_FD'] === undefined)
  if (asked.join && job === undefined) throw noJob()
  if ((isMpi || asked.join) && !isHere) throw elsewhere(asked.join ? '--join' : '--mpi', engine.settings.address)
  if (isMpi && env['PMI_FD'] !== undefined) throw descriptor()
  const options = [
    ...(job === undefined ? [] : labelOptions(job)),
    ...(isHere && !asked.asIs && (job !== undefined || isMpi) ? limitOptions(asked, hasMemlock, read) : []),
    ...(isMpi ? mpiOptions(asked, env) : []),
    ...(asked.join ? ['--rm'] : []),
  ]
  const folder = (isHpc || isMpi) && isHere ? ownTemporary(env) : undefined
  const request = {
    ...withOptions(asked, options),
    passed: [...(isHpc || isMpi ? hpcNames(env) : []), ...(folder === undefined ? [] : ['TMPDIR']), ...asked.passed],
    places: folder === undefined ? [] : [folder],
  }
  const orWithout = (failure: unknown) => {
    if (!hasMemlock || !isUlimitDenied(failure)) throw failure
    if (asked.isVerbose) ports.notice('policy does not grant the limit of locked memory that holds here')
    return optionsOfJob(asked, ports, false)
  }
  return { request, job, orWithout, ...confinementOf(request, job, isHere, ports) }
}

/** Before anything was made, so that it can be asked again; an empty policy grants no memlock (src/policy/grants.ts). */
const isUlimitDenied = (failure: unknown): boolean =>
  failure instanceof Failure && failure.code === 'engine-refused' && /\bHostConfig\.Ulimits\b/.test(failure.message)

const wantsHpc = ({ asIs }: RunRequest, { hpc }: Settings, isInJob: boolean): boolean =>
  !asIs && (hpc.value === 'job' ? isInJob : hpc.value)

const labelOptions = ({ id, step }: Job): readonly string[] => [
  '--label',
  `${jobLabel}=${id}`,
  ...(step === undefined ? [] : ['--label', `${stepLabel}=${step}`]),
]

/** Ranks that share a container are bound to other CPUs, each. */
const limitOptions = ({ join }: RunRequest, hasMemlock: boolean, read: (path: string) => string): readonly string[] => [
  ...(hasMemlock ? memlockOptions(read('/proc/self/limits')) : []),
  ...(join ? [] : cpusetOptions(read('/proc/self/status'), read('/sys/devices/system/cpu/online'))),
]

/** The engine is asked while it also looks for the image: that costs no round trip. */
const confinementOf = (
  request: RunRequest,
  job: Job | undefined,
  isHere: boolean,
  { engine, notice }: JobPorts,
): Pick<InJob, 'confine' | 'tell'> => {
  const cgroup = job?.cgroup
  const isGiven = request.flags.last('cgroup-parent') !== undefined
  if (cgroup === undefined || !isHere || isGiven) return { tell: (failure) => failure }
  engine.warm(1)
  const asked = readGuard(engine)
  asked.catch(() => {})
  return {
    confine: async (each) => {
      const { options, why } = confinement(await asked, cgroup)
      if (why !== undefined && request.isVerbose) notice(`not in the job's cgroup: ${why}`)
      return withOptions(each, options)
    },
    tell: async (failure) => {
      const guard = await asked.catch(() => undefined)
      return guard === undefined ? failure : tellUnconfined(failure, confinement(guard, cgroup).why)
    },
  }
}

const ownTemporary = (env: CallerEnvironment): string | undefined => {
  const path = (env['TMPDIR'] ?? '').replace(/\/+$/, '')
  if (!path.startsWith('/') || path === '/tmp' || /^\/(?:dev|proc|sys)(?:\/|$)/.test(path)) return undefined
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isDirectory() === true && found.uid === process.getuid?.() ? path : undefined
}

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const noJob = () =>
  new Failure('usage', '--join: this is not in a Slurm job, and nobody else would join', {
    hint: 'leave --join out, or start it with srun, sbatch or salloc',
  })

const elsewhere = (flag: string, address: string) =>
  new Failure('usage', `${flag}: the engine is on another host, ${address}: folders and sockets of the step are here`, {
    hint: 'use the engine of each node; --no-mpi runs it as a program of its own',
  })

const descriptor = () =>
  new Failure('usage', '--mpi: the launcher speaks PMI by a descriptor (PMI_FD), which no engine passes on', {
    hint: 'srun --mpi=pmix, or mpirun: both speak by a socket',
  })
