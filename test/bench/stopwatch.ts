/** How long a program takes that an account of a lab runs: on the lab's own clock, without what leads into the lab. */
import type { Lab } from '../support/lab.ts'
import type { ProgramOptions } from '../support/program.ts'

/** bash reads the clock without another process. What the program prints goes to stderr, and is shown where it fails. */
const script = 'start=$EPOCHREALTIME; "$@" >&2; status=$?; echo "$start $EPOCHREALTIME $status"'

/** Microseconds. Throws where the program fails. */
export async function timeProgram(lab: Lab, argv: readonly string[], options: ProgramOptions): Promise<number> {
  const { stdout, stderr } = await lab.exec(['bash', '-c', script, 'bash', ...argv], options)
  const [start = '', end = '', status] = stdout.trim().split(' ')
  if (status !== '0') throw new Error(`${argv.join(' ')}: status ${status}\n${stderr}`)
  return readClock(end) - readClock(start)
}

const readClock = (text: string): number => Number(text.replace(/[.,]/, ''))
