/** Who could change what a path leads to. The folders of this test are root's, below one that everybody has: /tmp. */
import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findChangeable } from '../../../src/host/changeable.ts'
import { makeFolder } from '../../support/folder.ts'

/** A file in a folder, both root's alone. */
const makePlace = (root: string) => {
  const folder = join(root, 'folder')
  mkdirSync(folder, { mode: 0o755 })
  writeFileSync(join(folder, 'file'), '', { mode: 0o644 })
  return { folder, file: join(folder, 'file') }
}

describe('of a path, others can change', () => {
  const rows: readonly {
    readonly name: string
    readonly change: (place: { readonly folder: string; readonly file: string }) => void
    readonly path?: string
    readonly found: readonly string[]
  }[] = [
    { name: "root's alone", change: () => {}, found: [] },
    { name: 'a file that others write', change: ({ file }) => chmodSync(file, 0o666), found: ['folder/file'] },
    { name: 'a file that a group writes', change: ({ file }) => chmodSync(file, 0o664), found: ['folder/file'] },
    { name: "somebody's file", change: ({ file }) => chownSync(file, 2001, 0), found: ['folder/file'] },
    { name: 'a folder that others write', change: ({ folder }) => chmodSync(folder, 0o777), found: ['folder'] },
    { name: 'a folder such as /tmp', change: ({ folder }) => chmodSync(folder, 0o1777), found: ['folder'] },
    { name: 'a file that is not there', change: () => {}, path: 'folder/none', found: [] },
    {
      name: 'a link that leads to what others write',
      change: ({ folder, file }) => {
        chmodSync(file, 0o666)
        symlinkSync('file', join(folder, 'link'))
      },
      path: 'folder/link',
      found: ['folder/file'],
    },
    {
      name: "somebody's link",
      change: ({ folder }) => {
        symlinkSync('file', join(folder, 'link'))
        lchownSync(join(folder, 'link'), 2001, 0)
      },
      path: 'folder/link',
      found: ['folder/link'],
    },
  ]
  it.for(rows)('$name: $found', ({ change, path = 'folder/file', found }) => {
    using root = makeFolder()
    change(makePlace(root.path))
    expect(findChangeable(join(root.path, path)).map((place) => place.path)).toEqual(
      found.map((name) => join(root.path, name)),
    )
  })

  it('says of a folder such as /tmp that it is one', () => {
    using root = makeFolder()
    const { folder, file } = makePlace(root.path)
    chmodSync(folder, 0o1777)
    expect(findChangeable(file)).toEqual([{ path: folder, isShared: true }])
  })

  it('throws for links without end', () => {
    using root = makeFolder()
    symlinkSync('link', join(root.path, 'link'))
    expect(() => findChangeable(join(root.path, 'link'))).toThrow('links without end')
  })
})
