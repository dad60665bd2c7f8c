/**
 * Thousands of generated requests of an ordinary user's, over TLS, to real engines with the gate as shipped. Whatever was
 * allowed keeps the invariants of DESIGN 4: by what the engine says it made, by what the kernel says it runs, and by the
 * host's files. PROPERTY_SEED repeats a run; PROPERTY_RUNS is how many requests to the engine of a
 * release, six of ten to a plain one. PROPERTY_CASE is the one case to repeat, by the
 * index that a finding has.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { casesOf } from './cases.ts'
import { allowAll, plantFault } from './faults.ts'
import { flavors } from './good.ts'
import { labelOf } from './points.ts'
import { runCases } from './run.ts'
import { setStage } from './stage.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { newerRelease } from '../support/releases.ts'

const seed = Number(process.env['PROPERTY_SEED'] ?? 1)
const requests = Number(process.env['PROPERTY_RUNS'] ?? 800)
const only = process.env['PROPERTY_CASE']
/** A case is one to five requests. */
const seconds = 60 + requests / 2

const engines = [
  {
    name: "the machine's own engine",
    release: 'own',
    share: 0.6,
    flavors: ['plain'],
  },
  {
    name: "the machine's own engine, remapped",
    release: 'own',
    share: 0.4,
    flavors: ['remapped', 'own ids on a remapped engine'],
  },
  { name: 'a newer engine', release: newerRelease, share: 0.6, flavors: ['plain'] },
  {
    name: 'a newer engine, remapped',
    release: newerRelease,
    share: 0.4,
    flavors: ['remapped', 'own ids on a remapped engine'],
  },
] as const

let lab: Lab
beforeAll(async () => {
  lab = await startLab()
})
afterAll(() => lab.stop())

describe.for(flavors)('the cases of a seed, %s', (flavor) => {
  it('are the same each time, and others for another seed', () => {
    const some = (from: number) => {
      const { at } = casesOf(flavor, from)
      return Array.from({ length: 300 }, (_, index) => at(index))
    }
    expect(some(seed)).toEqual(some(seed))
    expect(some(seed)).not.toEqual(some(seed + 1))
  })
})

describe.for(engines)('$name', ({ release, share, flavors: here }) => {
  const isRemapped = here[0] === 'remapped'
  const engineName = `${release}-${isRemapped ? 'remapped' : 'plain'}`

  it(`whatever is allowed keeps the invariants (seed ${seed})`, { timeout: seconds * 1000 }, async () => {
    const engine = await lab.engine({ name: engineName, release, remapped: isRemapped })
    await using stage = await setStage(lab, engine, { isRemapped })
    for (const flavor of here) {
      const cases = casesOf(flavor, seed)
      const begun = Date.now()
      const most = Math.ceil((requests * share) / here.length)
      const which = only === undefined ? { cases: most } : { from: Number(only), cases: 1 }
      const tally = await runCases(stage, cases.at, { ...which, isEnough: (each) => each.requests >= most })
      const { covered, found, denied, ...counts } = tally
      const missing = cases.granted.map(labelOf).filter((label) => !covered.has(label))
      const missingExecs = cases.grantedExecs
        .map((point) => `exec ${labelOf(point)}`)
        .filter((label) => !covered.has(label))
      const took = ((Date.now() - begun) / 1000).toFixed(1)
      process.stderr.write(
        `${engineName}, ${flavor}, seed ${seed}: ${JSON.stringify(counts)}, ${covered.size} points of ${cases.granted.length + cases.grantedExecs.length}, ${took} s\n`,
      )
      expect.soft({ found, denied }).toEqual({ found: [], denied: [] })
      if (tally.cases >= cases.round) expect.soft({ missing, missingExecs }).toEqual({ missing: [], missingExecs: [] })
      if (only !== undefined) continue
      expect.soft(tally.allowed / tally.requests).toBeGreaterThan(0.3)
      expect.soft(tally.observed / tally.started).toBeGreaterThan(0.8)
    }
  })
})

/** Gate 1 allows whatever is asked: what runs in the end is still its user's, and shows what the user can open (1 to 4 and 6). */
describe.for(engines)('gate 2 alone on $name', ({ release, share, flavors: here }) => {
  const isRemapped = here[0] === 'remapped'
  const engineName = `alone-${release}-${isRemapped ? 'remapped' : 'plain'}`

  it(`nothing runs that breaks an invariant (seed ${seed})`, { timeout: seconds * 1000 }, async () => {
    const engine = await lab.engine({ name: engineName, release, remapped: isRemapped })
    await using stage = await setStage(lab, engine, { isRemapped })
    await using _ = await plantFault(lab, engine, allowAll)
    for (const flavor of here) {
      const most = Math.ceil((requests * share) / here.length / 2)
      const which = only === undefined ? { cases: most } : { from: Number(only), cases: 1 }
      const tally = await runCases(stage, casesOf(flavor, seed).at, {
        ...which,
        isAlone: true,
        isEnough: (each) => each.requests >= most,
      })
      const { covered: _covered, found, denied: _denied, ...counts } = tally
      process.stderr.write(`${engineName}, ${flavor}, seed ${seed}: ${JSON.stringify(counts)}\n`)
      expect.soft(found).toEqual([])
      expect.soft(tally.allowed).toBe(tally.requests)
      if (only === undefined) expect.soft(tally.observed / tally.cases).toBeGreaterThan(0.1)
    }
  })
})
