/**
 * Gate 2 alone: gate 1 allows all that users ask, and still no attack works. Each is first shown to work on an engine without
 * gate 2, and is then tried on one with both gates.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allowAll, plantFault } from '../property/faults.ts'
import { carryOut, isThere, setStage, tracesOf, type Stage } from '../support/attack-stage.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { newerRelease } from '../support/releases.ts'
import { groups } from './runtime/groups.ts'
import { identity } from './runtime/identity.ts'
import { mounts } from './runtime/mounts.ts'
import { devices, others } from './runtime/others.ts'
import { remappedAttacks } from './runtime/remapped.ts'
import { images } from './runtime/words.ts'

/** CAP_SYS_RESOURCE is bit 24. */
const [, effective = '0'] = /^CapEff:\t(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
const hasResource = (BigInt(`0x${effective}`) & (1n << 24n)) !== 0n

describe.for([
  { release: 'own', remapped: false },
  { release: newerRelease, remapped: false },
  { release: 'own', remapped: true },
  { release: newerRelease, remapped: true },
] as const)("on the engine of release '$release' (remapped: $remapped)", ({ release, remapped }) => {
  const labs: Lab[] = []
  let control: Stage
  let alone: Stage
  let both: Stage

  beforeAll(async () => {
    const [open, sound] = await Promise.all([startLab(), startLab()])
    labs.push(open, sound)
    const one = await open.engine({ name: 'control', release, remapped, runtime: false })
    // The gates that start later have the fault as well.
    await plantFault(open, one, allowAll)
    const two = await open.engine({ name: 'alone', release, remapped })
    const three = await sound.engine({ name: 'both', release, remapped })
    control = await setStage(open, one, images, remapped)
    alone = await setStage(open, two, images, remapped)
    both = await setStage(sound, three, images, remapped)
  })
  afterAll(async () => void (await Promise.all(labs.map((lab) => lab.stop()))))

  it.for(remapped ? remappedAttacks : [...groups, ...identity, ...mounts, ...devices, ...others])(
    '$name',
    async (attack) => {
      const { works, says, instead, left, worksOn, needs } = attack
      const isReal = (worksOn?.includes(release) ?? true) && (needs === undefined || hasResource)
      const without = await carryOut(control, attack)
      if (isReal) expect(without.stdout, without.stderr).toMatch(works)
      if (isReal && left !== undefined) expect(isThere(control, left)).toBe(true)

      const before = await tracesOf(alone)
      const held = await carryOut(alone, attack)
      expect(held.stdout, held.stderr).not.toMatch(works)
      if (isReal && says !== undefined) expect(held.stdout + held.stderr).toMatch(says)
      if (isReal && says !== undefined) expect(held.status).not.toBe(0)
      if (instead !== undefined) expect(held.stdout, held.stderr).toMatch(instead)
      expect(await tracesOf(alone)).toBe(before)
      if (left !== undefined) expect(isThere(alone, left)).toBe(false)

      const beforeBoth = await tracesOf(both)
      const refused = await carryOut(both, attack)
      expect(refused.stdout, refused.stderr).not.toMatch(works)
      expect(await tracesOf(both)).toBe(beforeBoth)
      if (left !== undefined) expect(isThere(both, left)).toBe(false)
    },
  )
})
