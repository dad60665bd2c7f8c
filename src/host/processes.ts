/** Runs a program without a shell, with an empty environment but PATH and LC_ALL, and a time limit. */
import { execa } from 'execa'

export type Outcome = { readonly status: number | undefined; readonly stdout: string }

/** Standard output (UTF-8, last newline cut) and exit status; undefined when it was killed or could not be started. */
export async function runProgram(file: string, args: readonly string[], milliseconds = 5_000): Promise<Outcome> {
  const { exitCode, stdout } = await execa(file, args, {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    extendEnv: false,
    stdin: 'ignore',
    stderr: 'ignore',
    timeout: milliseconds,
    killSignal: 'SIGKILL',
    reject: false,
  })
  return { status: exitCode, stdout }
}
