/** Tells the service manager that the gate is ready, and that it lives for as long as it answers (sd_notify(3)). */
import { Failure } from '../failure.ts'
import { runProgram } from '../host/processes.ts'
import { askGate } from './check.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Where the manager listens, and how often it wants to hear of us (milliseconds), if it does. */
export type Supervisor = { readonly socket: string; readonly watchdog: number | undefined }

/** What sd_notify(3) and sd_watchdog_enabled(3) read; undefined where no manager wants to hear of `pid`. */
export function parseSupervisor(
  { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID }: Environment,
  pid: number,
): Supervisor | undefined {
  if (NOTIFY_SOCKET === undefined || !/^[/@]/.test(NOTIFY_SOCKET)) return undefined
  const isMeant = WATCHDOG_PID === undefined || WATCHDOG_PID === String(pid)
  const isTime = WATCHDOG_USEC !== undefined && /^[1-9][0-9]*$/.test(WATCHDOG_USEC)
  return { socket: NOTIFY_SOCKET, watchdog: isMeant && isTime ? Number(WATCHDOG_USEC) / 1000 : undefined }
}

/** Node has no unix datagrams. Where systemd-notify is missing, nobody is there to be told. */
async function say(socket: string, what: string): Promise<void> {
  const { status } = await runProgram('env', [`NOTIFY_SOCKET=${socket}`, 'systemd-notify', what])
  if (status !== 0)
    throw new Failure('settings', `the service manager could not be told ${what}`, {
      hint: 'systemd-notify(1) must be there: it comes with systemd',
    })
}

/**
 * Says that the gate on `gate` is ready, and from then on, at half of the time the manager waits, that it lives: while it
 * answers as it would answer the engine. An event loop that hangs and a listener that is dead are both ended by silence.
 * Returns what says that it stops.
 */
export async function tellSupervisor(
  { socket, watchdog }: Supervisor,
  gate: string,
  report: (error: unknown) => void,
): Promise<() => Promise<void>> {
  const tell = async (what: string) => await say(socket, what).catch(report)
  await tell('READY=1')
  let timer: NodeJS.Timeout | undefined
  const watch = (after: number) => {
    timer = setTimeout(() => void ask(), after).unref()
  }
  const ask = async () => {
    const isWell = (await askGate(gate)) === 'well'
    if (isWell) await tell('WATCHDOG=1')
    // One answer may be lost to a full queue.
    if (watchdog !== undefined) watch(isWell ? watchdog / 2 : watchdog / 10)
  }
  if (watchdog !== undefined) watch(watchdog / 2)
  return async () => {
    clearTimeout(timer)
    await tell('STOPPING=1')
  }
}
