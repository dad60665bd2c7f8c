/** Builds of administrators, of which the engine makes containers without a record: counted, and told from BuildKit's. */
import { expect, it } from 'vitest'
import type { Caller } from '../../../src/policy/facts.ts'
import { Builds, noteRootsRequest, noteRootsResponse } from '../../../src/plugin/roots-things.ts'
import { alice } from '../../support/requests.ts'
import type { Records } from '../../../src/plugin/records.ts'

const root: Caller = { kind: 'administrator', name: 'root' }
const hers: Caller = { kind: 'user', account: alice }
const post = (RequestUri: string) => ({ RequestMethod: 'POST', RequestUri })
const never = {} as Records

it.for<readonly [string, Caller, boolean]>([
  ['/v1.41/build?t=made', root, true],
  ['/build', root, true],
  ['/v1.41/build?version=1', root, true],
  // The engine reads the first one.
  ['/v1.41/build?version=1&version=2', root, true],
  ['/v1.41/build?version=2&t=made', root, false],
  ['/v1.41/build?version=%32', root, false],
  ['/v1.41/build/prune', root, false],
  ['/v1.41/build?t=made', hers, false],
])('%s', ([line, caller, isCounted]) => {
  const builds = new Builds()
  noteRootsRequest(post(line), caller, builds, 0)
  expect(builds.isAny(0)).toBe(isCounted)
  noteRootsResponse(post(line), caller, never, builds)
  expect(builds.isAny(0)).toBe(false)
})

it('a build whose end nobody told of is over after half a day', () => {
  const builds = new Builds()
  noteRootsRequest(post('/build'), root, builds, 0)
  expect(builds.isAny(12 * 3_600_000 - 1)).toBe(true)
  expect(builds.isAny(12 * 3_600_000)).toBe(false)
})
