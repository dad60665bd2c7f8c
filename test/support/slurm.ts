/**
 * A real Slurm in a lab, with Open MPI: munged, slurmctld and one slurmd for each node, all on this machine. sbatch, srun, squeue
 * and scancel need nothing in their environment, and everything ends with the lab.
 *     const slurm = await startSlurm(lab, { nodes: 2, settings: ['Epilog=/etc/slurm/epilog'] })
 *     const job = await slurm.sbatch('dockerrun busybox id', ['--mem=100M'], { as: 'alice' })
 *     const { state, output } = await slurm.wait(job)
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { type Daemon, startDaemon } from './daemon.ts'
import type { Lab } from './lab.ts'
import { type Namespace, openNamespace } from './namespace.ts'
import type { ProgramOptions } from './program.ts'
import { cgroupConf, nodeNames, slurmConf } from './slurm-conf.ts'
import { addSlurmPrograms } from './slurm-programs.ts'
import { until } from './until.ts'

export type SlurmOptions = {
  readonly nodes?: number
  /** More lines of slurm.conf. */
  readonly settings?: readonly string[]
}

export type JobEnd = {
  /** Slurm's own word: COMPLETED, FAILED, CANCELLED, TIMEOUT, OUT_OF_MEMORY. Its Epilog is over. */
  readonly state: string
  /** Status and signal, as Slurm writes them: 0:0. */
  readonly exitCode: string
  /** What it wrote to both streams. */
  readonly output: string
}

export type Slurm = {
  /** The names, which are host names too: each node has its own. */
  readonly nodes: readonly string[]
  /** Hands in a script for sh; the job's id. In the home of its user, and with nothing in its environment but `env`. */
  readonly sbatch: (script: string, options: readonly string[], user: JobUser) => Promise<string>
  /** Also of one task of an array: ID_TASK. */
  readonly wait: (job: string) => Promise<JobEnd>
  readonly cancel: (job: string) => Promise<void>
  /** What a job wrote until now. */
  readonly output: (job: string) => Promise<string>
  readonly log: () => string
}

type JobUser = Required<Pick<ProgramOptions, 'as'>> & Pick<ProgramOptions, 'env' | 'cwd'>

const folder = '/run/lab/slurm'

export const startSlurm = async (lab: Lab, { nodes: count = 1, settings = [] }: SlurmOptions = {}): Promise<Slurm> => {
  // Newer machines have the one hierarchy alone, where this Slurm wants systemd to make its folders.
  if (!['cpuset', 'freezer', 'memory'].every((controller) => existsSync(`/sys/fs/cgroup/${controller}/cgroup.procs`)))
    throw new Error("a lab's Slurm needs a machine with the cgroup v1 hierarchies cpuset, freezer and memory")
  const nodes = nodeNames(lab.record.id, count)
  await addSlurmPrograms(lab, folder, nodes)
  const [host = ''] = (await lab.exec(['uname', '-n'])).stdout.trim().split('.')
  const conf = slurmConf({ folder, host, nodes, cpus: availableParallelism(), settings })
  writeFileSync(lab.path('/etc/slurm/slurm.conf'), conf)
  writeFileSync(lab.path('/etc/slurm/cgroup.conf'), cgroupConf)

  const daemons = await startDaemons(lab, nodes)
  const log = () => daemons.map((daemon) => daemon.tail()).join('\n')
  const isUp = async () => {
    if (!daemons.every((daemon) => daemon.isRunning())) throw new Error(`Slurm ended\n${log()}`)
    const { stdout } = await lab.exec(['sinfo', '--noheader', '--Node', '--states=idle', '--format=%N'])
    return new Set(stdout.split('\n').filter(Boolean)).size === count
  }
  await until(isUp, { what: 'Slurm', log })
  return openSlurm(lab, nodes, log)
}

const startDaemons = async (lab: Lab, nodes: readonly string[]): Promise<readonly Daemon[]> => {
  const inside = openNamespace(lab.record)
  const munged = startMunge(inside)
  const isThere = () => existsSync(lab.path(`${folder}/munge/socket`))
  await until(isThere, { what: 'munged', log: munged.tail })
  const controller = startDaemon(inside, ['slurmctld', '-D'], { log: `${folder}/slurmctld.log` })
  // A node's host name is its own, as on a real one.
  const start = ['unshare', '--uts', 'sh', '-c', 'hostname "$1"; exec slurmd -D -N "$1"', 'slurmd']
  const agents = nodes.map((node) => startDaemon(inside, [...start, node], { log: `${folder}/${node}.log` }))
  return [munged, controller, ...agents]
}

const startMunge = (inside: Namespace): Daemon => {
  const at = `${folder}/munge`
  const places = { socket: 'socket', 'key-file': 'key', 'pid-file': 'pid', 'seed-file': 'seed', 'log-file': 'log' }
  const line = Object.entries(places).map(([option, name]) => `--${option}=${at}/${name}`)
  return startDaemon(inside, ['munged', '--foreground', ...line], { as: 'munge', cwd: '/', log: `${at}/stderr` })
}

const openSlurm = (lab: Lab, nodes: readonly string[], log: () => string): Slurm => {
  const must = async (argv: readonly string[], options: Parameters<Lab['exec']>[1] = {}): Promise<string> => {
    const { status, stdout, stderr } = await lab.exec(argv, options)
    if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`)
    return stdout
  }
  const read = async (job: string, field: string): Promise<string> => {
    const record = await must(['scontrol', '--oneliner', 'show', 'job', job])
    return new RegExp(`(?:^| )${field}=(\\S*)`).exec(record)?.[1] ?? ''
  }
  const output = async (job: string) => {
    const file = lab.path(await read(job, 'StdOut'))
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }
  return {
    nodes,
    sbatch: async (script, options, user) => {
      const input = `#!/bin/sh\n${script}\n`
      return (await must(['sbatch', '--parsable', ...options], { ...user, input })).trim()
    },
    wait: async (job) => {
      const ended = async () => {
        const state = await read(job, 'JobState')
        return /^(PENDING|CONFIGURING|RUNNING|COMPLETING|SUSPENDED)$/.test(state) ? undefined : state
      }
      const state = await until(ended, { what: `the end of job ${job}`, seconds: 100, log })
      return { state, exitCode: await read(job, 'ExitCode'), output: await output(job) }
    },
    cancel: async (job) => void (await must(['scancel', job])),
    output,
    log,
  }
}
