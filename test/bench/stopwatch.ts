/** How long a program takes that an account of a lab runs: on the lab's own clock, without what leads into the lab. */
import type { Lab } from '../support/lab.ts'
import type { ProgramOptions } from '../support/program.ts'

/** bash reads the clock without another process. What the program prints goes to stderr, and is shown where it fails. */
const script = `times=$1 wanted=$2; shift 2
start=$EPOCHREALTIME
for ((i = 0; i < times; i++)); do
  "$@" >&2
  status=$?
  [ "$status" = "$wanted" ] || break
done
echo "$start $EPOCHREALTIME $status"`

export type Timing = ProgramOptions & {
  /** How often it runs for one sample, one after the other: for programs whose time is of the order of a clock's whims. */
  readonly times?: number
  /** The one it must end with. */
  readonly status?: number
}

/** Microseconds of one run. Throws where the program fails. */
export async function timeProgram(
  lab: Lab,
  argv: readonly string[],
  { times = 1, status: wanted = 0, ...options }: Timing,
): Promise<number> {
  const words = ['bash', '-c', script, 'bash', String(times), String(wanted), ...argv]
  const { stdout, stderr } = await lab.exec(words, options)
  const [start = '', end = '', status] = stdout.trim().split(' ')
  if (status !== String(wanted)) throw new Error(`${argv.join(' ')}: status ${status}\n${stderr}`)
  return (readClock(end) - readClock(start)) / times
}

const readClock = (text: string): number => Number(text.replace(/[.,]/, ''))
