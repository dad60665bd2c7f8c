import { constants } from 'node:os'

/**
 * Would process 1 of a container not feel this signal? The kernel drops what pid 1 of a namespace has no handler for, so
 * `docker run busybox sleep 100` ignores Ctrl-C and timeout(1). On the host it would die of it: then KILL has to be sent.
 * Blocked counts as handled: inits (tini) block signals and wait for them. Pure; reads /proc/PID/status.
 */
export const isUnfelt = (status: ReadonlyMap<string, string>, signal: NodeJS.Signals): boolean => {
  const numbers = (status.get('NSpid') ?? '').split(/\s+/)
  const isFirst = numbers.length > 1 && numbers.at(-1) === '1'
  const masks = ['SigCgt', 'SigIgn', 'SigBlk'].map((name) => status.get(name))
  if (!isFirst || masks.includes(undefined)) return false
  const handled = masks.reduce((all, mask) => all | BigInt(`0x${mask ?? '0'}`), 0n)
  return ((handled >> BigInt(constants.signals[signal] - 1)) & 1n) === 0n
}
