import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import {
  isOwnRepository,
  matchesDevice,
  matchesImage,
  normalizeImage,
  ownRepository,
  registryOf,
} from '../../../src/policy/patterns.ts'

const digest = `sha256:${'a'.repeat(64)}`
const alice = { login: 'alice', uid: 2001 }

describe('the one name of an image', () => {
  it.for([
    ['busybox', 'docker.io/library/busybox:latest'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36'],
    ['docker.io/busybox', 'docker.io/library/busybox:latest'],
    ['index.docker.io/busybox', 'docker.io/library/busybox:latest'],
    ['index.docker.io/library/busybox', 'docker.io/library/busybox:latest'],
    ['docker.io/library/busybox:latest', 'docker.io/library/busybox:latest'],
    ['bitnami/redis', 'docker.io/bitnami/redis:latest'],
    ['localhost/alice/tool', 'localhost/alice/tool:latest'],
    ['localhost', 'docker.io/library/localhost:latest'],
    ['localhost:5000', 'docker.io/library/localhost:5000'],
    ['localhost:5000/tool', 'localhost:5000/tool:latest'],
    ['registry.example.org:5000/a/b/c:v1', 'registry.example.org:5000/a/b/c:v1'],
    ['docker.io:443/library/busybox', 'docker.io:443/library/busybox:latest'],
    ['registry-1.docker.io/library/busybox', 'registry-1.docker.io/library/busybox:latest'],
    // Upper case makes a host of the first part, and the engine keeps it as another name.
    ['HUB/busybox', 'HUB/busybox:latest'],
    ['Registry.Example.org/x', 'Registry.Example.org/x:latest'],
    [`busybox@${digest}`, `docker.io/library/busybox@${digest}`],
    // The engine takes the digest and does not look at the tag.
    [`busybox:1.36@${digest}`, `docker.io/library/busybox@${digest}`],
    [`reg.example.org:1/x@${digest}`, `reg.example.org:1/x@${digest}`],
    ['a/b__c/d---e.f', 'docker.io/a/b__c/d---e.f:latest'],
    ['cafe:1', 'docker.io/library/cafe:1'],
  ] as const)('of %s is %s', ([reference, name], { expect }) => {
    expect(normalizeImage(reference)).toBe(name)
    expect(normalizeImage(name)).toBe(name)
  })

  it.for([
    '',
    '/',
    '/busybox',
    'busybox/',
    'a//b',
    'Busybox',
    'a/Busybox',
    'busybox:',
    'busybox@',
    'busybox:la test',
    'busybox latest',
    'busybox\n',
    ' busybox',
    'busybox@sha256:abc',
    `busybox@sha512:${'a'.repeat(128)}`,
    `busybox@${digest}:tag`,
    'https://docker.io/busybox',
    '../busybox',
    'docker.io/../busybox',
    'a/./b',
    '[::1]:5000/x',
    'user@reg.example.org/x',
    'reg_istry.example.org/x',
    'reg.example.org:port/x',
    'b\u00fcsybox',
    'busybox\u0000',
    'x'.repeat(256),
    // Ids, whole or not, with or without their algorithm.
    'a'.repeat(64),
    'cafe',
    '0123456789ab',
    digest,
    'sha256:abc',
    'sha256:latest',
  ])('there is none of %j', (reference, { expect }) => {
    expect(normalizeImage(reference)).toBeUndefined()
  })

  it.for([
    ['busybox', 'docker.io'],
    ['index.docker.io/x', 'docker.io'],
    ['localhost/x', 'localhost'],
    ['localhost', 'docker.io'],
    ['127.0.0.1:5000/x', '127.0.0.1:5000'],
    ['HUB/x', 'HUB'],
    ['hub/x', 'docker.io'],
  ] as const)('%s comes from %s', ([name, registry], { expect }) => {
    expect(registryOf(name)).toBe(registry)
  })
})

describe('an image pattern', () => {
  it.for([
    {
      pattern: 'docker.io/library/*',
      yes: ['busybox', 'busybox:1', `docker.io/busybox@${digest}`],
      no: ['bitnami/redis', 'docker.io/library/a/b', 'docker.io.evil.org/library/x'],
    },
    {
      pattern: 'docker.io/library/busybox',
      yes: ['busybox', 'busybox:1.36', `busybox@${digest}`],
      no: ['busybox2', 'x/busybox'],
    },
    {
      pattern: 'docker.io/library/busybox:1.36',
      yes: ['busybox:1.36'],
      no: ['busybox', 'busybox:1.36.1', `busybox:1.36@${digest}`, `busybox@${digest}`],
    },
    {
      pattern: 'docker.io/library/busybox:1.*',
      yes: ['busybox:1.36', 'busybox:1.'],
      no: ['busybox:10', 'busybox', `busybox:1.36@${digest}`],
    },
    {
      pattern: `**@${digest}`,
      yes: [`busybox@${digest}`, `reg.example.org/a/b:1@${digest}`],
      no: ['busybox', `busybox@sha256:${'b'.repeat(64)}`],
    },
    {
      pattern: 'reg.example.org/**',
      yes: ['reg.example.org/a', 'reg.example.org/a/b/c:1'],
      no: ['reg.example.org:5000/a', 'sub.reg.example.org/a', 'reg-example.org/a'],
    },
    {
      pattern: 'reg.example.org/**/stable',
      yes: ['reg.example.org/stable', 'reg.example.org/a/b/stable'],
      no: ['reg.example.org/stable/x', 'reg.example.org/unstable'],
    },
    {
      pattern: '*.example.org/x',
      yes: ['a.example.org/x', 'a.b.example.org/x'],
      no: ['example.org/x', 'a.example.org.evil.org/x'],
    },
    { pattern: '**', yes: ['busybox', 'reg.example.org/a/b'], no: [digest, 'cafe', '0123456789ab'] },
    {
      pattern: 'localhost/{login}/*',
      yes: ['localhost/alice/x'],
      no: ['localhost/bob/x', 'localhost/{login}/x', 'localhost/alice/x/y'],
    },
    { pattern: 'reg.example.org/x', yes: [], no: ['Reg.example.org/x', 'reg.example.org/X'] },
  ])('$pattern', ({ pattern, yes, no }, { expect }) => {
    for (const reference of yes)
      expect([reference, matchesImage([pattern], reference, alice)]).toEqual([reference, true])
    for (const reference of no)
      expect([reference, matchesImage([pattern], reference, alice)]).toEqual([reference, false])
  })

  it("of a login is nobody's where the caller is nobody in particular", ({ expect }) => {
    expect(matchesImage(['localhost/{login}/*'], 'localhost/alice/x', undefined)).toBe(false)
    expect(matchesImage(['localhost/{login}/*'], 'localhost/undefined/x', undefined)).toBe(false)
    expect(matchesImage(['localhost/{login}/*', 'docker.io/library/*'], 'busybox', undefined)).toBe(true)
  })

  it('none grants nothing', ({ expect }) => {
    expect(matchesImage([], 'busybox', alice)).toBe(false)
  })
})

describe("repositories of one's own", () => {
  it.for([
    { login: 'alice', own: 'localhost/alice' },
    { login: 'a.b-c_d', own: 'localhost/a.b-c_d' },
    { login: 'Ada', own: 'localhost/u2001' },
    { login: 'DOM\\grace', own: 'localhost/u2001' },
    { login: 'frank@dom.ain', own: 'localhost/u2001' },
    { login: '-x', own: 'localhost/u2001' },
    { login: 'a..b', own: 'localhost/u2001' },
    { login: 'x$', own: 'localhost/u2001' },
    { login: '**', own: 'localhost/u2001' },
    { login: '{login}', own: 'localhost/u2001' },
    // Otherwise this account would have the names of uid 5000.
    { login: 'u5000', own: 'localhost/u2001' },
  ])('are below $own for $login', ({ login, own }, { expect }) => {
    const person = { login, uid: 2001 }
    expect(ownRepository(person)).toBe(own)
    expect(isOwnRepository(`${own}/tool`, person, [])).toBe(true)
    expect(isOwnRepository(`${own}/a/b`, person, [])).toBe(true)
    expect(matchesImage(['localhost/{login}/*'], `${own}/tool`, person)).toBe(true)
  })

  it('are those of one account alone, whatever their names are', ({ expect }) => {
    const person = fc.record({
      login: fc.oneof(fc.stringMatching(/^u[0-9]{1,4}$/), fc.stringMatching(/^[a-zA-Z0-9_.@-]{1,6}$/)),
      uid: fc.integer({ min: 1, max: 9_999 }),
    })
    fc.assert(
      fc.property(person, person, (one, other) => {
        fc.pre(one.uid !== other.uid && one.login !== other.login)
        expect(ownRepository(one)).not.toBe(ownRepository(other))
        expect(isOwnRepository(`${ownRepository(one)}/x`, other, [])).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })

  it.for([
    'busybox',
    'alice/tool',
    'docker.io/alice/tool',
    'localhost/alice',
    'localhost/alicex/tool',
    'localhost/bob/tool',
    'LOCALHOST/alice/tool',
    'localhost:5000/alice/tool',
    'localhost/alice/../bob/tool',
    'localhost/alice//tool',
    'localhost/alice/Tool',
    'localhost/alice/',
    'localhost/alice/tool:1',
    `localhost/alice/tool@${digest}`,
    'docker.io/localhost/alice/tool',
    '/localhost/alice/tool',
    '',
  ])('are not %j', (name, { expect }) => {
    expect(isOwnRepository(name, alice, [])).toBe(false)
  })

  it('are those too that policy gives', ({ expect }) => {
    const patterns = ['reg.example.org/{login}/*', 'reg.example.org/shared/**']
    for (const name of ['reg.example.org/alice/x', 'reg.example.org/shared/a/b'])
      expect([name, isOwnRepository(name, alice, patterns)]).toEqual([name, true])
    for (const name of ['reg.example.org/bob/x', 'reg.example.org/alice/x/y', 'reg.example.org/alice/x:1', 'busybox'])
      expect([name, isOwnRepository(name, alice, patterns)]).toEqual([name, false])
  })
})

describe('a device pattern', () => {
  it.for([
    {
      pattern: '/dev/fuse',
      yes: ['/dev/fuse'],
      no: ['/dev/fuse/', '/dev//fuse', '/dev/fuse2', 'dev/fuse', '/dev/./fuse'],
    },
    {
      pattern: '/dev/infiniband/*',
      yes: ['/dev/infiniband/uverbs0'],
      no: [
        '/dev/infiniband',
        '/dev/infiniband/..',
        '/dev/infiniband/../sda',
        '/dev/infiniband/a/b',
        '/dev/infiniband/',
      ],
    },
    { pattern: '/dev/nvidia*', yes: ['/dev/nvidia0', '/dev/nvidiactl'], no: ['/dev/sda', '/dev/nvidia-caps/x'] },
    { pattern: '/dev/snd/**', yes: ['/dev/snd/seq', '/dev/snd/by-path/x'], no: ['/dev/snd/../sda', '/dev/sndx'] },
    // Whatever stands in the policy: users put links there.
    {
      pattern: '/dev/**',
      yes: ['/dev/sda'],
      no: ['/dev/shm/x', '/dev/shm', '/dev/mqueue/x', '/dev/fd/3', '/dev/stdin', '/dev/pts/1', '/dev', '/etc/passwd'],
    },
  ])('$pattern', ({ pattern, yes, no }, { expect }) => {
    for (const path of yes) expect([path, matchesDevice([pattern], path)]).toEqual([path, true])
    for (const path of no) expect([path, matchesDevice([pattern], path)]).toEqual([path, false])
  })
})
