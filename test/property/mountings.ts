/** Mounts of all kinds together: nested and repeated targets, sources that are hers, another's, root's, missing, links. */
import * as fc from 'fast-check'
import type { Flavor } from './good.ts'
import type { Point } from './points.ts'

const sources = [
  '/home/alice',
  '/home/alice/folder',
  '/home/alice/folder/inner',
  '/home/alice/file',
  '/home/alice/link',
  '/home/alice/absent-@case@',
  '/home/bob',
  '/home/bob/private',
  '/srv/open',
  '/srv/rooted',
  '/srv/beam',
  '/srv/barred',
  '/srv/sticky',
  '/srv/sticky/absent-@case@',
  '/tmp',
  '/etc',
  '/etc/passwd',
  '/usr/share',
]
const volumeNames = ['herdata', 'own-@case@', '', 'bobdata', 'rootdata']
const targets = [
  '/a',
  '/a/b',
  '/a/b/c',
  '/b',
  '/home/alice',
  '/home/alice/folder',
  '/etc/passwd',
  '/tmp',
  '/srv/x',
  '/c/d',
]

const target = fc.constantFrom(...targets)
const asked = fc.oneof(
  { arbitrary: fc.constant({ ReadOnly: true, BindOptions: { NonRecursive: true } }), weight: 2 },
  fc.record({ ReadOnly: fc.boolean(), BindOptions: fc.record({ NonRecursive: fc.boolean() }) }),
)

const bind = fc
  .record({
    Type: fc.constant('bind'),
    Source: fc.oneof({ arbitrary: fc.constantFrom(...sources.slice(0, 4)), weight: 3 }, fc.constantFrom(...sources)),
    Target: target,
  })
  .chain((mount) => asked.map((options) => ({ ...mount, ...options })))
const volume = fc.record({
  Type: fc.constant('volume'),
  Source: fc.oneof(
    { arbitrary: fc.constantFrom(...volumeNames.slice(0, 3)), weight: 4 },
    fc.constantFrom(...volumeNames),
  ),
  Target: target,
  ReadOnly: fc.boolean(),
})
const tmpfs = fc.record({
  Type: fc.constant('tmpfs'),
  Target: target,
  TmpfsOptions: fc.record({ SizeBytes: fc.constant(65_536) }),
})

const bindText = fc
  .tuple(
    fc.oneof(
      { arbitrary: fc.constantFrom('/home/alice', 'herdata'), weight: 3 },
      fc.constantFrom(...sources, 'bobdata'),
    ),
    target,
    fc.constantFrom('', ':ro', ':rw'),
  )
  .map(([source, to, mode]) => `${source}:${to}${mode}`)

const oneOf = (text: string) => fc.constant({ [text]: '' })

export const mountings = (flavor: Flavor): fc.Arbitrary<readonly Point[]> =>
  fc
    .record({
      Mounts: fc.array(fc.oneof(bind, volume, tmpfs), { maxLength: 3 }),
      Binds: fc.array(bindText, { maxLength: flavor === 'remapped' ? 0 : 1 }),
      Tmpfs: fc.oneof(fc.constant({}), target.chain(oneOf)),
      Volumes: fc.oneof(
        fc.constant({}),
        target.map((to) => ({ [to]: {} })),
      ),
    })
    .map(({ Mounts, Binds, Tmpfs, Volumes }) => [
      { way: 'HostConfig.Mounts', value: Mounts },
      { way: 'HostConfig.Binds', value: Binds },
      { way: 'HostConfig.Tmpfs', value: Tmpfs },
      { way: 'Volumes', value: Volumes },
    ])
