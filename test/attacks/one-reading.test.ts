/**
 * One reading only: what the gate allows, dockerd reads in exactly the same way, on every engine and by whichever handler; and
 * what it could read otherwise is refused by name (THREATS 3.2, 4). Requests are generated; a failure prints the seed and path
 * that, given to fc.assert, repeat it.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDockerApi } from '../support/docker-api.ts'
import {
  docChanges,
  docOddities,
  plainDoc,
  printDoc,
  repeatedKey,
  textOddities,
  type Oddity,
} from '../support/odd-json.ts'
import { bodyOddities, mixedHeaders } from '../support/odd-bodies.ts'
import { lineOddities, plainRequest } from '../support/odd-requests.ts'
import { readAsDockerd, showAnyway, type RawRequest } from '../support/go-reading.ts'
import { findDifference, openRules, verdictOn } from '../support/readings.ts'

const slow = { timeout: 60_000 }
const api = readDockerApi()
const rules = openRules(api)
const shapes = new Map([...api].flatMap(([id, { body }]) => (body === undefined ? [] : [[id, body] as const])))

/** What the gate says to each engine, and where its reading is not that of a handler. */
const judge = (raw: RawRequest) =>
  readAsDockerd(raw, shapes).map(({ engine, wire, readings }) => {
    const { verdict, why } = verdictOn(wire, rules)
    const differences = readings.map((reading) => findDifference(wire, reading, shapes.get(reading.operation)))
    return { engine, verdict, why, difference: differences.find((each) => each !== undefined) }
  })

const request = plainRequest(api)
const targets = {
  ContainerCreate: '/v1.44/containers/create?name=web',
  ContainerExec: '/containers/web/exec',
  ExecStart: '/v1.41/exec/x/start',
  NetworkCreate: '/networks/create',
  ContainerUpdate: '/containers/web/update',
  VolumeCreate: '/volumes/create',
}
const body = fc.oneof(
  ...Object.entries(targets).map(([id, target]) =>
    fc.record({ target: fc.constant(target), doc: plainDoc(shapes.get(id) ?? noShape(id)) }),
  ),
)
const noShape = (id: string): never => {
  throw new Error(`${id} has no body any more`)
}
const post = (target: string, text: string): RawRequest => ({
  method: 'POST',
  target,
  headers: [
    ['Content-Type', 'application/json'],
    ['Content-Length', String(text.length)],
  ],
  body: text,
})

/** Things that are wrong, each somewhere. */
const spots = <T>(oddities: readonly Oddity<T>[], most: number) =>
  fc.array(fc.tuple(fc.constantFrom(...oddities), fc.nat(), fc.nat()), { maxLength: most })
const applyAll = <T>(to: T, changes: readonly (readonly [Oddity<T>, number, number])[]): T =>
  changes.reduce((changed, [{ apply }, at, which]) => apply(changed, at, which), to)

describe('what the gate allows, every engine reads in the same way', slow, () => {
  it('request lines, parameters and headers', () => {
    const seen = { allow: 0, deny: 0 }
    fc.assert(
      fc.property(request, spots([...lineOddities, ...bodyOddities], 2), mixedHeaders, (plain, changes, mix) => {
        for (const { verdict, difference, engine } of judge(mix(applyAll(plain, changes)))) {
          seen[verdict] += 1
          if (verdict === 'allow') expect({ engine, difference }).toEqual({ engine, difference: undefined })
        }
      }),
      { numRuns: 10_000 },
    )
    expect(Math.min(seen.allow, seen.deny)).toBeGreaterThan(1000)
  })

  it('JSON bodies', () => {
    const seen = { allow: 0, deny: 0 }
    fc.assert(
      fc.property(
        body,
        spots([...docOddities, ...docChanges], 2),
        spots([repeatedKey], 1),
        spots(textOddities, 1),
        ({ target, doc }, changes, repeated, textChanges) => {
          const text = applyAll(printDoc(applyAll(doc, [...changes, ...repeated])), textChanges)
          for (const { verdict, difference, engine } of judge(post(target, text))) {
            seen[verdict] += 1
            if (verdict === 'allow') expect({ engine, difference }).toEqual({ engine, difference: undefined })
          }
        },
      ),
      { numRuns: 6000 },
    )
    expect(Math.min(seen.allow, seen.deny)).toBeGreaterThan(1000)
  })
})

describe('what has one reading is allowed', slow, () => {
  it('requests', () => {
    fc.assert(
      fc.property(request, (plain) => {
        // No engine shows the body of this one to any gate.
        fc.pre(!plain.target.endsWith('/auth'))
        expect(judge(plain).map(({ verdict, difference }) => ({ verdict, difference }))).toContainEqual({
          verdict: 'allow',
          difference: undefined,
        })
      }),
      { numRuns: 500 },
    )
  })
  it('bodies', () => {
    fc.assert(
      fc.property(body, ({ target, doc }) => {
        for (const { verdict, why, difference } of judge(post(target, printDoc(doc))))
          expect({ verdict, why, difference }).toEqual({ verdict: 'allow', why: 'open', difference: undefined })
      }),
      { numRuns: 500 },
    )
  })
})

describe('is refused wherever it stands, and the reason names it:', slow, () => {
  /** Also where no engine would show it to a gate: a redirect, or no route. */
  const refuse = <T>(
    from: fc.Arbitrary<T>,
    change: (plain: T, at: number, which: number) => RawRequest,
    why: RegExp,
  ) => {
    fc.assert(
      fc.property(from, fc.nat(), fc.nat(), (plain, at, which) => {
        const changed = change(plain, at, which)
        for (const decision of [...judge(changed), verdictOn(showAnyway(changed), rules)])
          expect(decision).toMatchObject({ verdict: 'deny', why: expect.stringMatching(why) })
      }),
      { numRuns: 100 },
    )
  }

  it.for([...lineOddities, ...bodyOddities])('$name', ({ apply, why }) => {
    refuse(request, apply, why)
  })

  it.for(docOddities)('$name', ({ apply, why }) => {
    refuse(body, ({ target, doc }, at, which) => post(target, printDoc(apply(doc, at, which))), why)
  })

  it.for(textOddities)('$name', ({ apply, why }) => {
    refuse(body, ({ target, doc }, at, which) => post(target, apply(printDoc(doc), at, which)), why)
  })
})
