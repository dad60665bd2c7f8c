/** Real files, links and folders: what others could change is not read. */
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { readRootsFile } from '../../../src/host/roots-file.ts'
import { makeFolder } from '../../support/folder.ts'

const somebody = 65_534

/** DIR/etc/dockerrun/policy.yaml, root's alone. */
function prepare(): Disposable & {
  readonly path: string
  readonly file: string
  readonly inside: (name: string) => string
} {
  const folder = makeFolder()
  const inside = (name: string) => join(folder.path, name)
  mkdirSync(inside('etc/dockerrun'), { recursive: true, mode: 0o755 })
  writeFileSync(inside('etc/dockerrun/policy.yaml'), 'socket: admin\n', { mode: 0o644 })
  return {
    path: folder.path,
    file: inside('etc/dockerrun/policy.yaml'),
    inside,
    [Symbol.dispose]: folder[Symbol.dispose],
  }
}
type Place = ReturnType<typeof prepare>

/** What is asked for: the file, unless the change made another one. */
const pathOf = ({ file }: Place, made: unknown): string => (typeof made === 'string' ? made : file)

describe("a file of root's", () => {
  it.for<{ name: string; change: (place: Place) => unknown }>([
    { name: 'as it is', change: () => undefined },
    { name: 'that root alone can read', change: ({ file }) => chmodSync(file, 0o600) },
    {
      name: "behind root's links",
      change: ({ inside, file }) => {
        symlinkSync('etc', inside('link'))
        symlinkSync(file, inside('etc/file'))
        return inside('link/file')
      },
    },
    {
      name: 'behind a link that goes up again',
      change: ({ inside }) => {
        mkdirSync(inside('srv'))
        symlinkSync('../etc/dockerrun', inside('srv/here'))
        return inside('srv/here/policy.yaml')
      },
    },
    {
      name: 'in a folder of its own below one like /tmp',
      change: ({ inside }) => chmodSync(inside('etc'), 0o1777),
    },
  ])('is read $name', ({ change }, { expect }) => {
    using place = prepare()
    expect(readRootsFile(pathOf(place, change(place)))).toBe('socket: admin\n')
  })

  it.for(['etc/dockerrun/other', 'other/policy.yaml'])('is undefined where %s is not there', (name, { expect }) => {
    using place = prepare()
    expect(readRootsFile(place.inside(name))).toBeUndefined()
  })
})

describe('a file is refused', () => {
  it.for<{ name: string; change: (place: Place) => unknown; why: string }>([
    {
      name: 'that its group may write',
      change: ({ file }) => chmodSync(file, 0o664),
      why: 'can be written by others',
    },
    { name: 'that all may write', change: ({ file }) => chmodSync(file, 0o646), why: 'can be written by others' },
    {
      name: "that is somebody's",
      change: ({ file }) => chownSync(file, somebody, 0),
      why: 'can be written by others',
    },
    {
      name: 'in a folder that its group may write',
      change: ({ inside }) => chmodSync(inside('etc/dockerrun'), 0o775),
      why: 'others can change',
    },
    {
      name: "in somebody's folder",
      change: ({ inside }) => chownSync(inside('etc/dockerrun'), somebody, 0),
      why: 'others can change',
    },
    {
      name: 'in a folder like /tmp',
      change: ({ inside }) => chmodSync(inside('etc/dockerrun'), 0o1777),
      why: 'others can change',
    },
    {
      name: 'below a folder that all may write',
      change: ({ inside }) => chmodSync(inside('etc'), 0o777),
      why: 'others can change',
    },
    {
      name: "below somebody's folder",
      change: ({ inside }) => chownSync(inside('etc'), somebody, 0),
      why: 'others can change',
    },
    {
      name: "behind somebody's link",
      change: ({ inside, file }) => {
        mkdirSync(inside('open'), { mode: 0o755 })
        symlinkSync(file, inside('open/link'))
        execFileSync('chown', ['-h', `${somebody}`, inside('open/link')])
        return inside('open/link')
      },
      why: 'others can change',
    },
    {
      name: "behind root's link in somebody's folder",
      change: ({ inside, file }) => {
        mkdirSync(inside('open'))
        symlinkSync(file, inside('open/link'))
        chownSync(inside('open'), somebody, 0)
        return inside('open/link')
      },
      why: 'others can change',
    },
    {
      name: "that root's link leads to in somebody's folder",
      change: ({ inside }) => {
        mkdirSync(inside('open'))
        writeFileSync(inside('open/file'), '', { mode: 0o644 })
        chownSync(inside('open'), somebody, 0)
        symlinkSync(inside('open/file'), inside('etc/link'))
        return inside('etc/link')
      },
      why: 'others can change',
    },
    {
      name: 'that is a link to itself',
      change: ({ inside }) => {
        symlinkSync('loop', inside('loop'))
        return inside('loop')
      },
      why: 'links without end',
    },
    { name: 'that is a folder', change: ({ inside }) => inside('etc/dockerrun'), why: 'no plain file' },
    {
      name: 'that is a pipe, without waiting for who writes it',
      change: ({ inside }) => {
        execFileSync('mkfifo', [inside('etc/pipe')])
        return inside('etc/pipe')
      },
      why: 'no plain file',
    },
    {
      name: 'that lies behind a file',
      change: ({ file }) => `${file}/x`,
      why: 'ENOTDIR',
    },
    {
      name: 'that is not UTF-8',
      change: ({ file }) => writeFileSync(file, Buffer.from([0x61, 0xe9])),
      why: 'not UTF-8',
    },
  ])('$name', ({ change, why }, { expect }) => {
    using place = prepare()
    const path = pathOf(place, change(place))
    expect(() => readRootsFile(path)).toThrow(
      expect.objectContaining({
        name: 'Failure',
        code: 'settings',
        message: expect.stringContaining(why),
        hint: expect.stringMatching(/./),
      }),
    )
  })
})
