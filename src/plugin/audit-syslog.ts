/**
 * The audit log's lines for syslog, where a site wants them there too. Node has no unix datagrams, so logger(1) speaks them: one
 * for all lines. The file is the record: syslog that is away, slow or stuck loses lines, which are counted, and delays nothing.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { Failure } from '../failure.ts'

export type Syslog = {
  /** Neither waits nor throws. */
  readonly send: (line: string) => void
  readonly close: () => void
}

/** Told so, it ends when syslog's socket is away, and says why. It makes two messages of a line that is longer than a datagram. */
const logger = [
  ...(['logger', '--tag', 'dockerrun-authz', '--priority', 'authpriv.info'] as const),
  ...(['--size', '128KiB', '--socket-errors=on'] as const),
] as const

/** What may wait for it, in characters: some thousand lines. */
const mostWaiting = 1024 * 1024
/** One that finds no syslog ends at once: until then it is given nothing, which would be lost with it. */
const wellAfter = 500
const shortestPause = 1_000
const longestPause = 600_000
const lastWords = 500

export function openSyslog(report: (error: unknown) => void, command: readonly [string, ...string[]] = logger): Syslog {
  let pipe: Pipe | undefined
  let isWell = false
  let timer: NodeJS.Timeout | undefined
  let pause = shortestPause
  const kept: string[] = []
  /** Of the lines that are kept, or that the logger has not taken. */
  let length = 0
  let lost = 0
  let isFull = false

  const say = (what: string) =>
    report(
      new Failure('settings', `syslog: ${what}`, {
        hint: `the audit log has all lines; ${lost} are not in syslog, nor maybe those that were on their way when it ended`,
      }),
    )
  const give = () => {
    for (const line of kept.splice(0))
      pipe?.write(line, (isTaken) => {
        length -= line.length
        if (!isTaken) lost += 1
      })
  }
  const later = (milliseconds: number, job: () => void) => (timer = setTimeout(job, milliseconds).unref())
  const ended = (words: string) => {
    clearTimeout(timer)
    pause = isWell ? shortestPause : Math.min(pause * 2, longestPause)
    isWell = false
    pipe = undefined
    say(`${command[0]} has ended (${words}), and is started again in ${pause / 1000} s`)
    later(pause, begin)
  }
  const begin = () => {
    pipe = openPipe(command, ended)
    later(wellAfter, () => {
      isWell = true
      give()
    })
  }

  begin()
  return {
    send: (line) => {
      if (isFull && length < mostWaiting / 2) {
        isFull = false
        say('lines are taken again')
      }
      if (isFull || length + line.length > mostWaiting) {
        lost += 1
        if (!isFull) say('lines are not taken as fast as they come, and are dropped')
        isFull = true
        return
      }
      length += line.length
      kept.push(line)
      if (isWell) give()
    },
    close: () => {
      clearTimeout(timer)
      if (pipe === undefined) lost += kept.length
      if (lost > 0) say('no more lines')
      give()
      pipe?.close()
    },
  }
}

type Pipe = {
  readonly write: (line: string, done: (isTaken: boolean) => void) => void
  /** Lets it take what it was given, in a bounded time. */
  readonly close: () => void
}

/** `ended` hears of an end that was not asked for, with what the program said last. */
function openPipe([program, ...args]: readonly [string, ...string[]], ended: (words: string) => void): Pipe {
  // Typed as what it is when no process could be made.
  const child: ChildProcess = spawn(program, args, {
    cwd: '/',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let words = ''
  let end: ((words: string) => void) | undefined = ended
  const finish = (status: number | NodeJS.Signals | null) => {
    end?.(words.trim() === '' ? `exit status ${status}` : words.trim())
    end = undefined
  }
  child.on('error', (error) => {
    words = error.message
    // Without a process there are no streams (EMFILE), and nothing is closed.
    if (child.pid === undefined) finish(null)
  })
  child.on('close', (status, signal) => finish(status ?? signal))
  // Its end says more.
  child.stdin?.on('error', () => {})
  child.stderr?.on('data', (chunk: Buffer) => (words = `${words}${chunk.toString()}`.slice(-lastWords)))
  return {
    write: (line, done) => void child.stdin?.write(line, (error) => done(!error)),
    close: () => {
      end = undefined
      child.stdin?.end()
      setTimeout(() => child.kill('SIGKILL'), 2_000).unref()
    },
  }
}
