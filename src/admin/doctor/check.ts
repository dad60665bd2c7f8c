/** What a check is: data, with a pure look at the facts. */
import type { HostFacts } from './facts.ts'

/** critical: somebody can be root or somebody else, or nobody can work. warning: it will come to that. notice: to know. */
export type Severity = 'critical' | 'warning' | 'notice'

/** `run` is one line for root's shell that mends it; `advice` is for what no line can decide. */
export type Remedy = { readonly run: string } | { readonly advice: string }

/** What is so, and what mends it. */
export type Fault = { readonly what: string } & Remedy

export type Check = {
  /** For programs, and never changed. */
  readonly id: string
  readonly title: string
  readonly severity: Severity
  /** What an attacker could do with it, or what users cannot do any more. */
  readonly risk: string
  readonly look: (facts: HostFacts) => Fault | undefined
}

/** Undefined where there are no names. */
export const faultOf = (names: readonly string[], what: (names: string) => string, remedy: Remedy): Fault | undefined =>
  names.length === 0 ? undefined : { what: what(names.join(', ')), ...remedy }

export const faultIf = (isSo: boolean | undefined, fault: Fault): Fault | undefined =>
  isSo === true ? fault : undefined

/** The host as `dockerrunctl install` has made it, with the options that it was given then. */
export const install = ({ commands }: HostFacts): Remedy => ({ run: commands.install })
export const restart = ({ commands }: HostFacts): Remedy => ({ run: commands.restart })
export const installAndRestart = ({ commands }: HostFacts): Remedy => ({
  run: `${commands.install} && ${commands.restart}`,
})

/** Numbers in front of what a distributor adds: 20.10.24+dfsg1, 1.1.5+ds1, 28.5.2. No number is at least none. */
export function isAtLeast(version: string, ...least: readonly number[]): boolean {
  const found = /^[0-9]+(?:\.[0-9]+)*/.exec(version)?.[0].split('.').map(Number) ?? []
  const differs = least.findIndex((part, index) => (found[index] ?? 0) !== part)
  return found.length > 0 && (differs < 0 || (found[differs] ?? 0) > (least[differs] ?? 0))
}
