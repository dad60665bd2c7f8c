/** Services inside a lab: the engine and its gates. */
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import type { Namespace } from './namespace.ts'
import { type ProgramOptions, programLine, programPid } from './program.ts'
import { until } from './until.ts'

export type Daemon = {
  readonly isRunning: () => boolean
  /** The end of its log, and the beginning: some say there what is wrong, and then all the options they have. */
  readonly tail: () => string
  readonly pid: () => Promise<number>
  readonly signal: (name: NodeJS.Signals) => Promise<void>
  readonly stop: () => Promise<void>
}

/** Starts a service that writes to `log`, a path inside, and outlives us where its lab does. */
export const startDaemon = (
  lab: Namespace,
  argv: readonly string[],
  { log, ...options }: ProgramOptions & { readonly log: string },
): Daemon => {
  const [file, ...args] = programLine(lab, argv, options)
  const to = openSync(lab.path(log), 'a')
  const child = spawn(file, args, { detached: true, stdio: ['ignore', to, to], cwd: '/' })
  closeSync(to)
  child.unref()
  const tail = () => {
    const text = readFileSync(lab.path(log), 'utf8')
    return text.length <= 5000 ? text : `${text.slice(0, 1000)}\n[...]\n${text.slice(-4000)}`
  }
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const pid = async () => await programPid(child)
  const signal = async (name: NodeJS.Signals) => {
    process.kill(await pid(), name)
  }
  const stop = async () => {
    if (!isRunning()) return
    await signal('SIGTERM')
    await until(() => !isRunning(), { what: `the end of ${argv[0]}`, log: tail })
  }
  return { isRunning, tail, pid, signal, stop }
}
