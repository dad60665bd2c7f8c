/** Where the mounts of a container lie once the links of its image are followed. */
import { expect, it } from 'vitest'
import { objectToPlaces, type Lying } from '../../src/policy/runtime-mounts.ts'

const lie = (whose: Lying['whose'], place: string, target = place): Lying => ({
  whose,
  place,
  target,
  way: ['/'],
})

it.for<readonly [string, readonly Lying[], string]>([
  ['a volume over /dev', [lie('volume', '/dev', '/a')], '/a is /dev'],
  ['a bind below what the kernel says', [lie('user', '/proc/sys', '/a')], '/a is /proc/sys'],
  ['memory over the root', [lie('memory', '/', '/a')], '/a is /'],
  ['a bind in a volume', [lie('volume', '/v'), lie('user', '/v/x', '/a')], '/a lies inside /v'],
  ['memory in a volume, though it comes first', [lie('memory', '/v/x'), lie('volume', '/v')], '/v/x lies inside /v'],
  ['a volume in a bind', [lie('user', '/b'), lie('volume', '/b/x')], '/b/x lies inside /b'],
  [
    "the engine's own in a volume",
    [lie('engine', '/etc/hosts'), lie('volume', '/etc', '/a')],
    '/etc/hosts lies inside /a',
  ],
  [
    'a way that leads through a volume and out again',
    [lie('volume', '/v'), { ...lie('user', '/etc/x', '/w/out/x'), way: ['/', '/v', '/etc'] }],
    '/w/out/x lies inside /v',
  ],
  [
    "the engine's own on a way through shared memory",
    [{ ...lie('engine', '/x/hosts', '/etc/hosts'), way: ['/', '/dev', '/dev/shm', '/x'] }],
    'through /dev',
  ],
  [
    'a link that leads out of memory, which hides it from runc',
    [lie('memory', '/t'), { ...lie('user', '/s/made', '/q/r/made'), way: ['/', '/q', '/', '/t', '/', '/s'] }],
    'out of /t, which memory hides',
  ],
  [
    'a way up out of memory, which leads elsewhere where a link on it is hidden',
    [lie('memory', '/t/x'), { ...lie('user', '/t/v/made', '/q'), way: ['/', '/t', '/t/x', '/t', '/t/v'] }],
    'out of /t/x, which memory hides',
  ],
])('%s is refused', ([, mounts, why]) => {
  expect(objectToPlaces(mounts)).toContain(why)
})

it('the engine has its own where it wants, and others lie in memory or beside one another', () => {
  const mounts = [lie('engine', '/dev'), lie('engine', '/dev/shm'), lie('memory', '/run'), lie('volume', '/run/v')]
  const below = { ...lie('engine', '/run/a/b'), way: ['/', '/run', '/run', '/run/a'] }
  expect(objectToPlaces([...mounts, lie('user', '/run/vv'), lie('volume', '/v'), below])).toBeUndefined()
})
