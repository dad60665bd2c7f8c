import { constants } from 'node:os'

export type Feeling = 'felt' | 'unfelt' | 'blocked'

/**
 * Would process 1 of a container feel this signal? The kernel drops what pid 1 of a namespace has no handler for, so
 * `docker run busybox sleep 100` ignores Ctrl-C and timeout(1). On the host it would die of it: then KILL has to be sent.
 * Blocked for good is handled: inits (tini) block signals and wait for them. Pure; reads /proc/PID/status.
 */
export const feels = (status: ReadonlyMap<string, string>, signal: NodeJS.Signals): Feeling => {
  const isFirst = isContained(status) && pidsOf(status).at(-1) === '1'
  const [caught, ignored, blocked] = ['SigCgt', 'SigIgn', 'SigBlk'].map((name) => hasSignal(status.get(name), signal))
  if (!isFirst || caught === undefined || ignored === undefined || caught || ignored) return 'felt'
  return blocked === true ? 'blocked' : 'unfelt'
}

const hasSignal = (mask: string | undefined, signal: NodeJS.Signals): boolean | undefined =>
  mask === undefined ? undefined : ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n

/** Is it a process of another pid namespace than ours, below ours? Its numbers in both are then told. */
const isContained = (status: ReadonlyMap<string, string>): boolean => pidsOf(status).length > 1

/** Is this /proc/PID/cgroup that of a process of the container with this full id? Both cgroup drivers have it in the path. */
export const isOf = (cgroups: string, id: string): boolean => /^[0-9a-f]{64}$/.test(id) && cgroups.includes(id)

const pidsOf = (status: ReadonlyMap<string, string>): readonly string[] => (status.get('NSpid') ?? '').split(/\s+/)
