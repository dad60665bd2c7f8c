/** All checks, and that what could not be looked at is said. */
import type { Check } from './check.ts'
import { faultOf } from './check.ts'
import { certificateChecks } from './checks-certificates.ts'
import { doorChecks } from './checks-doors.ts'
import { engineChecks } from './checks-engine.ts'
import { gateChecks } from './checks-gates.ts'
import { peopleChecks } from './checks-people.ts'
import { placeChecks } from './checks-places.ts'
import { factNames, type HostFacts } from './facts.ts'

const isNamed = (name: string): name is keyof typeof factNames => name in factNames

/** daemon.json is said by a check of its own. */
const missing = (facts: HostFacts): readonly string[] =>
  Object.keys(factNames)
    .filter(isNamed)
    .filter((name) => name !== 'daemon')
    .flatMap((name) => {
      const fact = facts[name]
      return 'why' in fact ? [`${factNames[name]} (${fact.why})`] : []
    })

const factCheck: Check = {
  id: 'unknown',
  title: 'what could not be looked at',
  severity: 'warning',
  risk: 'what is wrong there is not found',
  look: (facts) =>
    faultOf(missing(facts), (all) => all, { advice: 'mend the other findings first, and ask again as root' }),
}

export const checks: readonly Check[] = [
  ...gateChecks,
  ...doorChecks,
  ...placeChecks,
  ...certificateChecks,
  ...engineChecks,
  ...peopleChecks,
  factCheck,
]
