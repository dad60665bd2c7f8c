/**
 * Namespaces of a lab's own (mount, net, pid, ipc, uts) and the process that holds them. They live as long as a pipe from
 * us, so that even kill -9 of a test run ends everything inside; or, for the demo, until they are stopped.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
} from 'node:fs'
import { join } from 'node:path'
import { checkout, readPackages } from './packages.ts'
import { openReleases } from './releases.ts'
import { until } from './until.ts'

/** Enough to find a lab again from another process. `started` tells its first process from a later one of the same pid. */
export type NamespaceRecord = { readonly id: string; readonly init: number; readonly started: string }

export type Namespace = NamespaceRecord & {
  /** What to put in front of a command for it to run inside. */
  readonly enter: readonly [string, ...string[]]
  /** A path inside, for reading and writing it from here. */
  readonly path: (inside: string) => string
  /** Makes a folder inside that every account may pass, whatever our umask is. */
  readonly makeFolder: (inside: string) => void
  readonly isAlive: () => boolean
  readonly stop: () => Promise<void>
}

/** Starts one. With `log` it is left behind when we end, and writes there. */
export const startNamespace = async ({ log }: { readonly log?: string } = {}): Promise<Namespace> => {
  if (process.getuid?.() !== 0)
    throw new Error('the lab runs a real engine and so needs root (ENGINE_TESTS=off: without)')
  const id = `dockerrun-lab-${randomUUID().slice(0, 8)}`
  const packages = readPackages()
  // The Node a user of the package would have, which need not be the one that runs the tests.
  const node = realpathSync(process.env['npm_node_execpath'] ?? process.execPath)
  const end = log === undefined ? 'eof' : 'stopped'
  const holder = spawn(
    'sh',
    [join(import.meta.dirname, 'lab-holder.sh'), id, end, checkout, packages, node, openReleases()],
    // A session of its own: Ctrl-C ends us, our end closes the pipe, and the holder still cleans up.
    {
      detached: true,
      cwd: '/',
      stdio: log === undefined ? 'pipe' : ['ignore', openSync(log, 'a'), openSync(log, 'a')],
    },
  )
  const output = collect(holder, log)
  holder.unref()

  const init = await until(
    () => {
      if (holder.exitCode !== null) throw new Error(`the lab did not start\n${output()}`)
      const [unshare] = childrenOf(holder.pid ?? 0)
      const [first] = unshare === undefined ? [] : childrenOf(unshare)
      return first !== undefined && existsSync(`/proc/${first}/root/run/lab/ready`) ? first : undefined
    },
    { what: 'a lab', log: output },
  )
  return openNamespace({ id, init, started: startTime(init) ?? '' })
}

/** One that runs already. */
export const openNamespace = ({ id, init, started }: NamespaceRecord): Namespace => {
  const path = (inside: string) => `/proc/${init}/root${inside}`
  const isAlive = () => startTime(init) === started
  const holder = isAlive() ? (parentOf(parentOf(init)) ?? 0) : 0
  const held = startTime(holder)
  const pidNamespace = readNamespace(init, 'pid')
  return {
    id,
    init,
    started,
    enter: ['nsenter', '--target', String(init), '--mount', '--uts', '--ipc', '--net', '--pid', '--'],
    path,
    makeFolder: (inside) => {
      mkdirSync(path(inside), { recursive: true })
      chmodSync(path(inside), 0o755)
    },
    isAlive,
    stop: async () => {
      const isGone = () => {
        if (isAlive()) signalTo(init, 'SIGKILL')
        if (isAlive()) wakeEntered(pidNamespace)
        // The holder goes last, when the cgroups are gone.
        return !isAlive() && (held === undefined || startTime(holder) !== held)
      }
      await until(isGone, { what: `the end of ${id}` })
    },
  }
}

/**
 * A program that is stopped stops its nsenter too, which is outside and then does not bury it: the lab would never end. So
 * whoever has the lab as the place of its children is woken.
 */
const wakeEntered = (pidNamespace: string | undefined): void => {
  if (pidNamespace === undefined) return
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
  for (const pid of pids) {
    if (readNamespace(pid, 'pid_for_children') === pidNamespace && statOf(pid)?.[0] === 'T') signalTo(pid, 'SIGCONT')
  }
}

/** It may have ended since we looked. */
const signalTo = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** The children of a process, oldest first; none where it is gone. */
export const childrenOf = (pid: number): readonly number[] =>
  (readProc(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number)

/** Fields 3 (state), 4 (parent) and on of /proc/PID/stat; the name before them may hold anything. Zombies do not count. */
const statOf = (pid: number): readonly string[] | undefined => {
  const fields = readProc(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ')
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields
}

const startTime = (pid: number): string | undefined => statOf(pid)?.[19]

const parentOf = (pid: number | undefined): number | undefined => {
  const parent = pid === undefined ? undefined : statOf(pid)?.[1]
  return parent === undefined ? undefined : Number(parent)
}

const readNamespace = (pid: number, kind: 'pid' | 'pid_for_children'): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`)
  } catch {
    return undefined
  }
}

const readProc = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const collect = (holder: ChildProcess, log: string | undefined): (() => string) => {
  let text = ''
  for (const stream of [holder.stdout, holder.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return () => (log === undefined ? text : readFileSync(log, 'utf8')).slice(-4000)
}
