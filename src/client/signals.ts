import type { Readable } from 'node:stream'
import type { Forwarded } from '../host/signals.ts'
import type { Api } from './api.ts'
import type { Outcome } from './exit-status.ts'
import type { Interruption } from './interruption.ts'
import { passSignal } from './kill.ts'
import { typedSignal } from './typed.ts'

/** What becomes of the signals we get while a container runs (--sig-proxy). */

/** Signals are ours alone: the container runs on. */
export const leaveOnSignal = async (interruption: Interruption): Promise<Outcome> =>
  await new Promise((resolve) => {
    interruption.pass((signal) => resolve({ kind: 'interrupted', signal }))
  })

/** From now on signals are the container's: those we get, and those typed at its terminal. Tells which one KILL stood in for. */
export const passSignals = (api: Api, id: string, interruption: Interruption, typed: Readable | undefined) => {
  let replaced: Forwarded | undefined
  const pass = (signal: Forwarded, by: 'us' | 'terminal') => {
    const onKill = () => {
      replaced ??= signal
    }
    void passSignal(api, id, signal, { by, onKill })
  }
  interruption.pass((signal) => pass(signal, 'us'))
  typed?.on('data', (bytes: Buffer) => {
    const signal = typedSignal(bytes)
    if (signal !== undefined) pass(signal, 'terminal')
  })
  return () => replaced
}
