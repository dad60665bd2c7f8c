import { readProcessStat, readProcessStatus } from '../host/process-status.ts'
import type { Forwarded, Sent } from '../host/signals.ts'
import { readTerminalSettings } from '../host/terminal.ts'
import type { Api } from './api.ts'
import { numberAt } from './reply.ts'
import { isInFront, makesSignals } from './typed.ts'
import { feels } from './unfelt.ts'

/** Signals to a container's first process, which are KILL where it would not feel them (unfelt.ts). */

/** What has to be sent for `signal` to have its effect. */
export const chooseSignal = async (api: Api, id: string, signal: Sent): Promise<Sent | 'SIGKILL'> =>
  (await isUnfelt(await firstProcess(api, id), signal)) ? 'SIGKILL' : signal

/**
 * The same for a signal typed at the container's own terminal, which has had it already: there is more to send only where
 * the terminal made a signal of it and process 1, in front, did not feel it.
 */
export const chooseTyped = async (api: Api, id: string, signal: Forwarded): Promise<'SIGKILL' | undefined> => {
  const pid = await firstProcess(api, id)
  if (!(await isUnfelt(pid, signal)) || !isInFront(readProcessStat(pid))) return undefined
  return makesSignals(await readTerminalSettings(`/proc/${pid}/fd/0`)) ? 'SIGKILL' : undefined
}

export const sendSignal = async (api: Api, id: string, signal: Sent | 'SIGKILL'): Promise<void> => {
  // A container that has just ended needs no signal, and one without an engine gets none.
  await api.reply('POST', `/containers/${id}/kill`, { query: { signal: signal.slice('SIG'.length) } }).catch(() => {})
}

/** Fork and exec block all signals for a moment, and such a one would be dropped after it: only a block that lasts counts. */
const isUnfelt = async (pid: number, signal: Sent): Promise<boolean> => {
  for (let looks = 0; looks < 20; looks += 1) {
    const feeling = feels(readProcessStatus(pid), signal)
    if (feeling !== 'blocked') return feeling === 'unfelt'
    await new Promise((resolve) => {
      setTimeout(resolve, 10)
    })
  }
  return false
}

/** 0 where it is not known: then signals go as they are. */
const firstProcess = async (api: Api, id: string): Promise<number> => {
  const facts = await api.ask('GET', `/containers/${id}/json`).catch(() => undefined)
  return numberAt(facts, 'State', 'Pid') ?? 0
}
