import { constants } from 'node:os'

/** Outcome -> the status dockerrun ends with (DESIGN 8). Pure. */
export type Outcome =
  | { readonly kind: 'exited'; readonly code: number; readonly replaced: NodeJS.Signals | undefined }
  | { readonly kind: 'interrupted'; readonly signal: NodeJS.Signals }
  /** The user insisted: what hangs is not waited for. */
  | { readonly kind: 'forced'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'left-running' }

export const exitStatus = (outcome: Outcome): number => {
  if (outcome.kind === 'left-running') return 0
  if (outcome.kind === 'interrupted' || outcome.kind === 'forced') return signalStatus(outcome.signal)
  // Where KILL stood in for a signal that pid 1 would not have felt, the status is that signal's, as on the host.
  const { code, replaced } = outcome
  return replaced !== undefined && code === signalStatus('SIGKILL') ? signalStatus(replaced) : code
}

export const signalStatus = (signal: NodeJS.Signals): number => 128 + constants.signals[signal]
