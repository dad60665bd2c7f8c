/** Looks at bind sources as the user. The process for the next look is started ahead, since starting one takes the most time. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { Failure } from '../failure.ts'
import type { Account } from '../contract/identity.ts'
import type { PathFact } from '../policy/facts.ts'
import { isPlainPath } from '../policy/paths.ts'
import { rejection } from './deadline.ts'
import type { Wish } from './look.ts'

const longest = 5_000
/** How many looks of one user may wait. A job array starts some dozens of containers at once. */
const mostWaiting = 64

/** Throws a Failure where the user has too many waiting; an Error where the look fails, or `deadline` passes before its turn. */
export type LookAtPaths = (
  paths: readonly string[],
  account: Account,
  deadline?: AbortSignal,
) => Promise<ReadonlyMap<string, PathFact>>

/**
 * `program` is the command line of dockerrun-look. A look that has not ended after five seconds (a file system that hangs)
 * is given up. Each user has one look at a time, so that nobody's keep others waiting.
 */
export function openLook(program: readonly [string, ...string[]]): {
  readonly look: LookAtPaths
  readonly close: () => void
} {
  let spare: ChildProcessWithoutNullStreams | undefined = start(program)
  const queues = new Map<number, { waiting: number; last: Promise<unknown> }>()
  const lookOnce = async (wish: Wish, deadline: AbortSignal | undefined): Promise<readonly PathFact[]> => {
    deadline?.throwIfAborted()
    const child = spare ?? start(program)
    spare = start(program)
    return await ask(child, wish)
  }
  return {
    look: async (paths, { uid, gid, groups }, deadline) => {
      const plain = [...new Set(paths.filter(isPlainPath))]
      if (plain.length === 0) return new Map()
      const queue = queues.get(uid) ?? { waiting: 0, last: Promise.resolve() }
      if (queue.waiting >= mostWaiting)
        throw new Failure('engine-refused', 'too many requests of yours at a time: try again', {
          hint: 'start fewer at once',
        })
      const wish = { uid, gid, gids: groups.map((group) => group.gid), paths: plain }
      const turn = queue.last.then(async () => await lookOnce(wish, deadline))
      queue.waiting += 1
      queue.last = turn.catch(() => {})
      queues.set(uid, queue)
      try {
        const facts = await turn
        return new Map(plain.map((path, index) => [path, facts[index] ?? { kind: 'unreachable' }]))
      } finally {
        queue.waiting -= 1
        if (queue.waiting === 0) queues.delete(uid)
      }
    },
    close: () => {
      spare?.kill('SIGKILL')
      spare = undefined
    },
  }
}

function start([file, ...args]: readonly [string, ...string[]]): ChildProcessWithoutNullStreams {
  const child = spawn(file, args, { cwd: '/', env: {}, stdio: 'pipe' })
  // What a broken one says or does is seen when it is asked.
  child.on('error', () => {})
  child.stdin.on('error', () => {})
  child.unref()
  return child
}

async function ask(child: ChildProcessWithoutNullStreams, wish: Wish): Promise<readonly PathFact[]> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new Error('it took too long')), longest)
  try {
    child.stdin.end(JSON.stringify(wish))
    const answer: unknown = JSON.parse(await Promise.race([text(child.stdout), rejection(late.signal)]))
    if (!isFacts(answer) || answer.length !== wish.paths.length) throw new Error('not an answer')
    return answer
  } catch (error) {
    throw new Error('the bind sources could not be looked at as their user', { cause: error })
  } finally {
    clearTimeout(timer)
    child.kill('SIGKILL')
  }
}

const isFacts = (value: unknown): value is readonly PathFact[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null && 'kind' in item)
