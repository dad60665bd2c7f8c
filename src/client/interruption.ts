import { onSignals, type Forwarded } from '../host/signals.ts'

/** Until the container runs a signal ends us; from then on it is the container's. */
export type Interruption = {
  /** Aborted by the first signal that comes before `hold`. */
  readonly early: AbortSignal
  readonly signal: () => Forwarded | undefined
  /** The start is on its way: what comes now waits for `pass`. */
  readonly hold: () => void
  readonly pass: (to: (signal: Forwarded) => void) => void
  readonly stop: () => void
}

export const listenForSignals = (): Interruption => {
  const controller = new AbortController()
  const pending: Forwarded[] = []
  let first: Forwarded | undefined
  let deliver = (signal: Forwarded): void => {
    first ??= signal
    controller.abort()
  }
  return {
    early: controller.signal,
    signal: () => first,
    hold: () => {
      deliver = (signal) => void pending.push(signal)
    },
    pass: (to) => {
      deliver = to
      for (const signal of pending.splice(0)) to(signal)
    },
    stop: onSignals((signal) => deliver(signal)),
  }
}
