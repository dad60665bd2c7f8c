/** Programs inside a lab: as root or as one of its accounts, with a clean environment, and with what came of them. */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { type Namespace, childrenOf } from './namespace.ts'
import { until } from './until.ts'

export type ProgramOptions = {
  /** A login of the lab; root where there is none. */
  readonly as?: string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** The status as a shell would say it: 128 and the signal's number where one ended the program. */
export type Outcome = { readonly status: number; readonly stdout: string; readonly stderr: string }

export type Running = {
  readonly child: ChildProcessWithoutNullStreams
  /** What has come on stdout so far. */
  readonly output: () => string
  /** Sends a signal to the program itself (nsenter, its parent, would keep it). */
  readonly signal: (name: NodeJS.Signals) => Promise<void>
  readonly done: Promise<Outcome>
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The whole command line that runs `argv` inside. NSS inside says who the account is, as login(1) would. */
export const programLine = (
  lab: Namespace,
  argv: readonly string[],
  { as, env = {}, cwd }: ProgramOptions,
): readonly [string, ...string[]] => {
  const account = as === undefined ? undefined : readAccount(lab, as)
  const login = as ?? 'root'
  const home = account?.home ?? '/root'
  const become =
    account === undefined ? [] : ['setpriv', '--reuid', account.uid, '--regid', account.gid, '--init-groups', '--']
  const variables = { HOME: home, USER: login, LOGNAME: login, SHELL: account?.shell ?? '/bin/sh', PATH: path, ...env }
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  return [...lab.enter, ...become, 'env', '-i', '-C', cwd ?? home, ...settings, ...argv]
}

/** Starts a program with pipes. Its own session: Ctrl-C at the test run is not for it. */
export const spawnProgram = (lab: Namespace, argv: readonly string[], options: ProgramOptions = {}): Running => {
  const [file, ...args] = programLine(lab, argv, options)
  const child = spawn(file, args, { detached: true, stdio: 'pipe', cwd: '/' })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  // A program that ends before it has read its input is no error of ours.
  child.stdin.on('error', () => {})
  const output = () => Buffer.concat(stdout).toString()
  const done = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const status = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
      resolve({ status, stdout: output(), stderr: Buffer.concat(stderr).toString() })
    })
  })
  const signal = async (name: NodeJS.Signals) => {
    process.kill(await programPid(child), name)
  }
  return { child, output, signal, done }
}

/** Runs a program to its end. */
export const execProgram = async (
  lab: Namespace,
  argv: readonly string[],
  {
    input,
    seconds = 60,
    ...options
  }: ProgramOptions & { readonly input?: string | Buffer; readonly seconds?: number } = {},
): Promise<Outcome> => {
  const running = spawnProgram(lab, argv, options)
  running.child.stdin.end(input)
  let late = false
  const timer = setTimeout(() => {
    late = true
    running.signal('SIGKILL').catch(() => {})
  }, seconds * 1000)
  const outcome = await running.done.finally(() => clearTimeout(timer))
  if (late) throw new Error(`${argv.join(' ')}: not done within ${seconds} s\n${outcome.stdout}${outcome.stderr}`)
  return outcome
}

/** Runs a program on our own terminal, and waits. */
export const showProgram = (lab: Namespace, argv: readonly string[], options: ProgramOptions = {}): number => {
  const [file, ...args] = programLine(lab, argv, options)
  const { status, signal } = spawnSync(file, args, { stdio: 'inherit', cwd: '/' })
  return status ?? 128 + (signal === null ? 0 : constants.signals[signal])
}

/** nsenter's only child, as soon as it is the program and no longer one of those that lead to it. */
export const programPid = async (child: ChildProcess): Promise<number> => {
  const isOnItsWay = (pid: number) => /^(nsenter|setpriv|env)$/.test(readFileSync(`/proc/${pid}/comm`, 'utf8').trim())
  return until(
    () => {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('the program has ended already')
      const [pid] = childrenOf(child.pid ?? 0)
      return pid === undefined || isOnItsWay(pid) ? undefined : pid
    },
    { what: 'the program inside' },
  )
}

type Entry = { readonly uid: string; readonly gid: string; readonly home: string; readonly shell: string }

const readAccount = (lab: Namespace, login: string): Entry => {
  const [file, ...args] = [...lab.enter, 'getent', 'passwd', '--', login] as const
  const { stdout } = spawnSync(file, args, { encoding: 'utf8', cwd: '/' })
  const [, , uid, gid, , home, shell] = stdout.trimEnd().split(':')
  if (uid === undefined || gid === undefined || home === undefined) throw new Error(`the lab has no account ${login}`)
  return { uid, gid, home, shell: shell === undefined || shell === '' ? '/bin/sh' : shell }
}
