/** A program inside a lab on a terminal of its own, so that tests can type and read the screen. */
import type { Namespace } from './namespace.ts'
import { type Outcome, type ProgramOptions, spawnProgram } from './program.ts'
import { until } from './until.ts'

export type Terminal = {
  /** Types: '\r' is Enter, '\x03' Ctrl-C, '\x04' Ctrl-D. */
  readonly type: (keys: string) => void
  /** Everything that was shown so far. */
  readonly screen: () => string
  /** Waits for text on the screen. */
  readonly shows: (text: string | RegExp, seconds?: number) => Promise<void>
  readonly signal: (name: NodeJS.Signals) => Promise<void>
  readonly done: Promise<Outcome>
}

export type TerminalOptions = ProgramOptions & { readonly rows?: number; readonly columns?: number }

export const openTerminal = (
  lab: Namespace,
  argv: readonly string[],
  { rows = 24, columns = 80, ...options }: TerminalOptions = {},
): Terminal => {
  // script(1) takes one shell line and nothing else before util-linux 2.41.
  const line = `stty rows ${rows} cols ${columns}; exec ${argv.map(shellWord).join(' ')}`
  const running = spawnProgram(lab, ['script', '-qefc', line, '/dev/null'], options)
  return {
    type: (keys) => running.child.stdin.write(keys),
    screen: running.output,
    shows: async (text, seconds = 20) => {
      const isShown = () => (typeof text === 'string' ? running.output().includes(text) : text.test(running.output()))
      await until(isShown, { what: `the screen shows ${String(text)}`, seconds, log: running.output })
    },
    signal: running.signal,
    done: running.done,
  }
}

/** A word as a shell must be given it. */
export const shellWord = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`
