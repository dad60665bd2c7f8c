/** A shell on a terminal, as a reader has one: commands go in one after the other, what each shows comes out. */
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { shellWord } from './terminal.ts'
import { until } from './until.ts'

export type Shell = {
  /** What the command showed, on stdout and stderr, as on a screen of 200 columns; and its status. */
  readonly run: (
    command: string,
    typed?: readonly { readonly prompt: string; readonly text: string }[],
  ) => Promise<{ readonly status: number; readonly shown: string }>
  readonly close: () => void
}

/** What moves the cursor; and what is written over from the margin on. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const escapes = /\u001b\[[0-9;?]*[A-Za-z]/g

/** Commands come by a pipe, so that the terminal is free for what the commands read. */
const driver = `trap : INT; while :; do IFS= read -r -d '' __text <"$1" || :; eval "$__text"; printf '\\036%s\\036' $?; done`

/**
 * `enter` puts before a command what it takes to run it there; `bash` is the shell with its options. `pipe` is the path of a
 * named pipe as the shell sees it, `from` as we do. script(1) makes terminal and session there, where programs look for them.
 */
export function openShell(
  enter: (argv: readonly string[]) => readonly [string, ...string[]],
  { bash, pipe, from }: { readonly bash: readonly string[]; readonly pipe: string; readonly from: string },
): Shell {
  const words = `stty rows 50 cols 200; exec ${[...bash, '-c', driver, 'bash', pipe].map(shellWord).join(' ')}`
  const [file, ...args] = enter(['script', '-qefc', words, '/dev/null'])
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'], cwd: '/' })
  let screen = ''
  child.stdout.on('data', (chunk: Buffer) => (screen += chunk.toString()))
  const clean = (text: string) =>
    text
      .replaceAll(/\r+\n/g, '\n')
      .replaceAll(escapes, '')
      .replaceAll(/[^\n]*\r/g, '')
  const isRunning = () => {
    if (child.exitCode !== null) throw new Error(`the shell ended\n${clean(screen)}`)
    return true
  }
  return {
    run: async (command, typed = []) => {
      const start = screen.length
      const now = () => clean(screen.slice(start))
      const wait = { seconds: 60, log: now }
      await writeFile(from, command)
      for (const { prompt, text } of typed) {
        await until(() => isRunning() && now().endsWith(prompt), { what: `the prompt ${prompt}`, ...wait })
        child.stdin.write(`${text}\r`)
      }
      const end = /\u001e([0-9]+)\u001e/
      await until(() => isRunning() && end.test(now()), { what: `the end of: ${command}`, ...wait })
      const [, status = ''] = end.exec(now()) ?? []
      return { status: Number(status), shown: now().replace(end, '') }
    },
    close: () => child.kill('SIGKILL'),
  }
}
