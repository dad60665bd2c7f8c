import type { Engine } from '../host/http.ts'
import { onSignals, type Forwarded } from '../host/signals.ts'
import type { Outcome } from './exit-status.ts'

/** Until the container runs a signal ends us; from then on it is the container's; and whoever insists is obeyed. */
export type Interruption = {
  /** Aborted by the first signal that comes before `hold`. */
  readonly early: AbortSignal
  /** The work's own end; or, once `early` is aborted, its end within a moment in which it can tidy up. */
  readonly orStopped: <T>(work: Promise<T>) => Promise<T>
  /** The third SIGINT or SIGTERM, as docker has it: something hangs that no signal reaches. */
  readonly insisted: Promise<Forwarded>
  readonly signal: () => Forwarded | undefined
  /** The start is on its way: what comes now waits for `pass`. */
  readonly hold: () => void
  readonly pass: (to: (signal: Forwarded) => void) => void
  readonly stop: () => void
}

/** The work, unless a signal ends it. */
export const interruptibly = async (
  engine: Pick<Engine, 'close'>,
  work: (interruption: Interruption) => Promise<Outcome>,
): Promise<Outcome> => {
  const interruption = listenForSignals()
  const insisted = async (): Promise<Outcome> => ({ kind: 'forced', signal: await interruption.insisted })
  try {
    return await Promise.race([work(interruption), insisted()])
  } catch (error) {
    const signal = interruption.signal()
    if (signal === undefined) throw error
    return { kind: 'interrupted', signal }
  } finally {
    interruption.stop()
    engine.close()
  }
}

const listenForSignals = (): Interruption => {
  const controller = new AbortController()
  const pending: Forwarded[] = []
  let first: Forwarded | undefined
  let deliver = (signal: Forwarded): void => {
    first ??= signal
    controller.abort()
  }
  let times = 0
  let insist: (signal: Forwarded) => void = () => {}
  const insisted = new Promise<Forwarded>((resolve) => {
    insist = resolve
  })
  const stop = onSignals((signal) => {
    if (signal === 'SIGINT' || signal === 'SIGTERM') times += 1
    if (times === 3) insist(signal)
    deliver(signal)
  })
  const { signal: early } = controller
  return {
    early,
    orStopped: async (work) => await Promise.race([work, abandon(early)]),
    insisted,
    signal: () => first,
    hold: () => {
      deliver = (signal) => void pending.push(signal)
    },
    pass: (to) => {
      deliver = to
      for (const signal of pending.splice(0)) to(signal)
    },
    stop,
  }
}

const moment = 2_000

const abandon = async (early: AbortSignal): Promise<never> => {
  if (!early.aborted)
    await new Promise((resolve) => {
      early.addEventListener('abort', resolve, { once: true })
    })
  return await new Promise((_, reject) => {
    setTimeout(() => reject(new Error('interrupted')), moment)
  })
}
