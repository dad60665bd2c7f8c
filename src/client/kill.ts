import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { readCgroups, readProcessStat, readProcessStatus } from '../host/process-status.ts'
import type { Sent } from '../host/signals.ts'
import { readTerminalSettings } from '../host/terminal.ts'
import type { Api } from './api.ts'
import { numberAt } from './reply.ts'
import { isInFront, makesSignals } from './typed.ts'
import { feels, isOf } from './unfelt.ts'

/** Signals to a container's first process, and KILL where it does not feel them though it would on the host (unfelt.ts). */

export type Way = {
  /** By us, or by the container's own terminal, which has had it already where it was typed there. */
  readonly by: 'us' | 'terminal'
  /** Called before KILL is sent: the status may come before the answer to it. */
  readonly onKill: () => void
}

export const passSignal = async (api: Api, id: string, signal: Sent, { by, onKill }: Way): Promise<void> => {
  const pid = await firstProcess(api, id)
  const isLost = (await isUnfelt(pid, signal)) && (by === 'us' || (await isFromTerminal(pid))) && isHere(pid, id)
  if (isLost) onKill()
  if (isLost) await send(api, id, 'SIGKILL')
  else if (by === 'us' && !signalOwn(pid, id, signal)) await send(api, id, signal)
}

/**
 * The process is one of ours on this host, in the container's cgroup and maybe in the host's pid namespace (--pid host): so
 * the kernel lets us. By way of the engine a signal takes long enough for a shell
 * with a handler to have become a program without one, and would be lost.
 */
export const signalOwn = (pid: number, id: string, signal: Sent): boolean => {
  if (!isHere(pid, id)) return false
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** The engine may be on another host, and the number may have passed on: then it is that of a stranger. */
const isHere = (pid: number, id: string): boolean => isOf(readCgroups(pid), id)

/** Fork and exec may block all signals for a moment, and such a one would be dropped after it: only a block that lasts counts. */
const isUnfelt = async (pid: number, signal: Sent): Promise<boolean> => {
  for (let looks = 0; looks < 20; looks += 1) {
    const feeling = feels(readProcessStatus(pid), signal)
    if (feeling !== 'blocked') return feeling === 'unfelt'
    await pause(10)
  }
  return false
}

/** The terminal made a signal of what was typed, and process 1 was in front to get it. */
const isFromTerminal = async (pid: number): Promise<boolean> =>
  isInFront(readProcessStat(pid)) && makesSignals(await readTerminalSettings(`/proc/${pid}/fd/0`))

/** A container that has just ended needs no signal, and one without an engine gets none. */
const send = async (api: Api, id: string, signal: Sent | 'SIGKILL'): Promise<void> => {
  await api.reply('POST', `/containers/${id}/kill`, { query: { signal: signal.slice('SIG'.length) } }).catch(() => {})
}

/** 0 where it is not known: then signals go as they are. */
const firstProcess = async (api: Api, id: string): Promise<number> => {
  const facts = await api.ask('GET', `/containers/${id}/json`).catch(() => undefined)
  return numberAt(facts, 'State', 'Pid') ?? 0
}
