/** dockerrunctl slurm epilog: what Slurm calls when a job is over on this node. */
import { join } from 'node:path'
import type { Argv } from 'yargs'
import { endByLabel, endInCgroups, readEndedJob, type EndedJob } from '../admin/job-end.ts'
import { openEngine } from '../host/http.ts'
import { textOption } from './options.ts'

export const slurmCommands = (command: Argv<object>) =>
  command
    .command(
      'epilog',
      "End the containers of the job that Slurm's variables name, and remove its cgroups",
      (options) =>
        options.option('engine-socket', {
          ...textOption,
          default: '/var/run/docker.sock',
          describe: "the engine's root socket",
        }),
      async ({ 'engine-socket': path }) => await endJob(path),
    )
    .demandCommand(1, 'a command is needed after slurm')

/** What is in no cgroup of the job ends too where something in one does not. */
async function endJob(path: string): Promise<void> {
  const job = readEndedJob(process.env)
  const ending = endInCgroups(job, join(import.meta.dirname, 'dockerrun-runtime'))
  await Promise.allSettled([ending, endLabelled(path, job)])
  await ending
}

/** An engine that is away has no containers elsewhere that could be ended, and is no reason for Slurm to take the node out. */
async function endLabelled(path: string, job: EndedJob): Promise<void> {
  const engine = await openEngine({ kind: 'unix', path })
  try {
    await endByLabel(engine, job)
  } catch (error) {
    process.stderr.write(
      `dockerrunctl: the engine was not asked: ${error instanceof Error ? error.message : String(error)}\n`,
    )
  } finally {
    engine.close()
  }
}
