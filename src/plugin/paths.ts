/** Looks at bind sources as the user. The process for the next look is started ahead, since starting one takes the most time. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { Account } from '../contract/identity.ts'
import type { PathFact } from '../policy/facts.ts'
import { isPlainPath } from '../policy/paths.ts'
import type { Wish } from './look.ts'

const longest = 5_000

export type LookAtPaths = (paths: readonly string[], account: Account) => Promise<ReadonlyMap<string, PathFact>>

/**
 * `program` is the command line of dockerrun-look. A look that has not ended after five seconds (a file system that hangs)
 * is killed and throws. Each user has one look at a time, so that nobody's keep others waiting.
 */
export function openLook(program: readonly [string, ...string[]]): {
  readonly look: LookAtPaths
  readonly close: () => void
} {
  let spare: ChildProcessWithoutNullStreams | undefined = start(program)
  const queues = new Map<number, Promise<unknown>>()
  const lookOnce = async (wish: Wish): Promise<readonly PathFact[]> => {
    const child = spare ?? start(program)
    spare = start(program)
    return await ask(child, wish)
  }
  return {
    look: async (paths, { uid, gid, groups }) => {
      const plain = [...new Set(paths.filter(isPlainPath))]
      if (plain.length === 0) return new Map()
      const wish = { uid, gid, gids: groups.map((group) => group.gid), paths: plain }
      const turn = (queues.get(uid) ?? Promise.resolve()).then(async () => await lookOnce(wish))
      const settled = turn.catch(() => {})
      queues.set(uid, settled)
      void settled.then(() => queues.get(uid) === settled && queues.delete(uid))
      const facts = await turn
      return new Map(plain.map((path, index) => [path, facts[index] ?? { kind: 'unreachable' }]))
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
  const timer = setTimeout(() => child.kill('SIGKILL'), longest)
  try {
    child.stdin.end(JSON.stringify(wish))
    const answer: unknown = JSON.parse(await text(child.stdout))
    if (!isFacts(answer) || answer.length !== wish.paths.length) throw new Error('not an answer')
    return answer
  } catch (error) {
    throw new Error('the bind sources could not be looked at as their user', { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

const isFacts = (value: unknown): value is readonly PathFact[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null && 'kind' in item)
