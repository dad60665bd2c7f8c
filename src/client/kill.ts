import { readProcessStatus } from '../host/process-status.ts'
import type { Forwarded } from '../host/signals.ts'
import type { Api } from './api.ts'
import { numberAt } from './reply.ts'
import { isUnfelt } from './unfelt.ts'

/** Passes a signal on to a container. True: KILL went in its place. A container that has just ended needs none. */
export const forwardSignal = async (api: Api, id: string, signal: Forwarded): Promise<boolean> => {
  const pid = numberAt(await api.ask('GET', `/containers/${id}/json`), 'State', 'Pid') ?? 0
  const isReplaced = pid > 0 && isUnfelt(readProcessStatus(pid), signal)
  const query = { signal: isReplaced ? 'KILL' : signal.slice('SIG'.length) }
  await api.reply('POST', `/containers/${id}/kill`, { query })
  return isReplaced
}
