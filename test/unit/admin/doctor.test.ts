/** What doctor says as a whole; each check has its row in doctor-*.test.ts. */
import { expect, it } from 'vitest'
import { findFaults, formatFinding } from '../../../src/admin/doctor.ts'
import { certificateChecks } from '../../../src/admin/doctor/checks-certificates.ts'
import { doorChecks } from '../../../src/admin/doctor/checks-doors.ts'
import { engineChecks } from '../../../src/admin/doctor/checks-engine.ts'
import { gateChecks } from '../../../src/admin/doctor/checks-gates.ts'
import { peopleChecks } from '../../../src/admin/doctor/checks-people.ts'
import { placeChecks } from '../../../src/admin/doctor/checks-places.ts'
import { checks } from '../../../src/admin/doctor/checks.ts'
import { factNames, type HostFacts } from '../../../src/admin/doctor/facts.ts'
import { healthy } from './doctor-host.ts'

it('finds nothing on a host as it should be', () => {
  expect(findFaults(healthy)).toEqual([])
})

it('has all groups of checks, and no id twice', () => {
  const all = [gateChecks, doorChecks, placeChecks, certificateChecks, engineChecks, peopleChecks].flat()
  const ids = checks.map(({ id }) => id)
  expect(ids).toEqual([...all.map(({ id }) => id), 'unknown'])
  expect(new Set(ids).size).toBe(ids.length)
})

const names = Object.keys(factNames).filter((name): name is keyof typeof factNames => name in factNames)

it.for(names.filter((name) => name !== 'daemon'))('says that a fact could not be had: %s', (name) => {
  const facts: HostFacts = { ...healthy, [name]: { why: 'it is dark' } }
  expect(findFaults(facts)).toMatchObject([
    { id: 'unknown', severity: 'warning', what: `${factNames[name]} (it is dark)`, isCommand: false },
  ])
})

it('says all that could not be had in one finding', () => {
  const why = { why: 'it is dark' }
  const [finding, ...others] = findFaults({ ...healthy, engine: why, nss: why })
  expect(finding?.what).toBe('what the engine says of itself (it is dark), NSS (it is dark)')
  expect(others).toEqual([])
})

it('shows the worst first, each with what it means and what mends it', () => {
  const findings = findFaults({
    ...healthy,
    unrecorded: { is: ['c0ffee'] },
    gate: { is: 'silent' },
    policy: { is: { isAnonymous: false, warnings: ['groups.beam: no such group'] } },
  })
  expect(findings.map(({ severity }) => severity)).toEqual(['critical', 'warning', 'notice'])
  expect(findings.flatMap(formatFinding).filter((_, index) => index % 3 !== 1)).toEqual([
    'critical: gate 1: dockerrun-authz does not answer',
    '  # systemctl restart dockerrun-authz',
    'warning: containers from before: no record of c0ffee',
    '  # dockerrunctl adopt --all',
    'notice: what the policy file says in vain: groups.beam: no such group',
    '  dockerrunctl policy check shows each',
  ])
})
