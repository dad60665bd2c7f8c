/** What is wrong on a host, and the one command that mends it: checks as data, over facts that were gathered once. Pure. */
import type { Severity } from './doctor/check.ts'
import { checks } from './doctor/checks.ts'
import type { HostFacts } from './doctor/facts.ts'

export type Finding = {
  readonly id: string
  readonly severity: Severity
  readonly title: string
  readonly what: string
  readonly risk: string
  /** A line for root's shell, or what to do. */
  readonly remedy: string
  readonly isCommand: boolean
}

const order: readonly Severity[] = ['critical', 'warning', 'notice']

/** The worst first. */
export function findFaults(facts: HostFacts): readonly Finding[] {
  return checks
    .flatMap(({ id, severity, title, risk, look }) => {
      const fault = look(facts)
      if (fault === undefined) return []
      const isCommand = 'run' in fault
      return [{ id, severity, title, what: fault.what, risk, remedy: isCommand ? fault.run : fault.advice, isCommand }]
    })
    .toSorted((one, other) => order.indexOf(one.severity) - order.indexOf(other.severity))
}

/** What is found, what it means, and what to do: a line for each. A command stands behind #, as root's prompt has it. */
export const formatFinding = ({ severity, title, what, risk, remedy, isCommand }: Finding): readonly string[] => [
  `${severity}: ${title}: ${what}`,
  `  ${risk}`,
  `  ${isCommand ? '# ' : ''}${remedy}`,
]
