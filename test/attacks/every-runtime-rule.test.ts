/**
 * Each rule about a field of an OCI spec is switched off in turn, and a spec that was refused must then get through: no rule
 * stands without a row that needs it, and no row is refused by accident.
 */
import { describe, it } from 'vitest'
import { planCreate, specFields } from '../../src/policy/runtime-plan.ts'
import { herSpec, json, runtimeFacts } from '../fixtures/runtime-specs.ts'
import { mutateFields, spoil, type Body } from './mutants.ts'
import { change, own, process } from './rows/runtime-spec.ts'

/** Held by what is no table: mounts one by one, and how high a limit is (objectToProcess). */
const isOfMounts = (name: string) => name === 'mounts'
const isOfLimits = (name: string) => name.startsWith('M22b')

const rlimits = [{ type: 'RLIMIT_NOFILE', hard: 1, soft: 1 }]
const rows = own.map(({ name, by }) => ({
  name,
  spec: change(herSpec(), typeof by === 'function' ? by(herSpec()) : by),
}))
const spoiled = spoil(specFields, change(herSpec(), process({ rlimits })) as Body).map((spec, index) => ({
  name: `spoiled ${index}`,
  spec,
}))
const refused = [...rows, ...spoiled]
  .map(({ name, spec }) => ({ name, spec: json(spec) }))
  .filter(({ spec }) => 'why' in planCreate(spec, runtimeFacts()))

const mutants = mutateFields(specFields).map(({ name, fields }) => ({
  name,
  through: refused.filter(({ spec }) => !('why' in planCreate(spec, runtimeFacts(), fields))).map((row) => row.name),
}))

describe('a spec gets through when a rule is switched off:', () => {
  it.for(mutants.filter(({ name }) => !isOfMounts(name)))('$name', ({ through }, { expect }) => {
    expect(through.length).toBeGreaterThan(0)
  })
})

describe('the row is held by a rule:', () => {
  const held = new Set(mutants.flatMap(({ through }) => through))
  const isMount = (by: object) => 'mounts' in by
  it.for(own.filter(({ name, by }) => !isOfLimits(name) && !isMount(typeof by === 'function' ? by(herSpec()) : by)))(
    '$name',
    ({ name }, { expect }) => {
      expect(held.has(name)).toBe(true)
    },
  )
})
