/** Waits by looking, never by sleeping a guessed time: a condition and a deadline. */
import { setTimeout as pause } from 'node:timers/promises'

export type Wait = {
  readonly what: string
  readonly seconds?: number
  /** What to show when the deadline passes: the tail of a log. */
  readonly log?: () => string
}

/** The first answer of `look` that is neither undefined nor false. */
export const until = async <T>(
  look: () => T | undefined | Promise<T | undefined>,
  { what, seconds = 20, log = () => '' }: Wait,
): Promise<Exclude<T, false>> => {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const answer = await look()
    if (answer !== undefined && answer !== false) return answer as Exclude<T, false>
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s\n${log()}`)
    await pause(10)
  }
}
