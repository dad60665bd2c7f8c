/** The list of revoked certificates on disk, as gate 1 sees it from one request to the next. */
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { openRevocations } from '../../../src/plugin/revocations.ts'
import { makeFolder } from '../../support/folder.ts'

function makeList(text?: string) {
  const folder = makeFolder()
  const pki = join(folder.path, 'pki')
  const file = join(pki, 'revoked.jsonl')
  mkdirSync(pki, { mode: 0o755 })
  if (text !== undefined) writeFileSync(file, text, { mode: 0o644 })
  const reports: string[] = []
  const read = openRevocations(
    () => file,
    (error) => void reports.push(String(error)),
  )
  return { pki, file, read, reports, [Symbol.dispose]: folder[Symbol.dispose] }
}

describe('the list of revoked certificates', () => {
  it.for([
    { name: 'its file', remove: 'file' as const },
    { name: 'its folder', remove: 'pki' as const },
  ])('is empty without $name', ({ remove }, { expect }) => {
    using list = makeList('{"serial":"01"}\n')
    rmSync(list[remove], { recursive: true })
    expect(list.read()).toEqual(new Set())
    expect(list.reports).toEqual([])
  })

  it('is in force at once: appended to, replaced, and made by somebody else meanwhile', ({ expect }) => {
    using list = makeList()
    const states: unknown[] = [list.read()]
    for (const line of ['{"serial":"01"}\n', '{"serial":"02"}\n']) {
      appendFileSync(list.file, line)
      states.push(list.read())
    }
    rmSync(list.file)
    writeFileSync(list.file, '{"serial":"03"}\n{"serial":"04"}\n')
    states.push(list.read())
    expect(states).toEqual([[], ['1'], ['1', '2'], ['3', '4']].map((serials) => new Set(serials)))
  })

  it('is not read again while its file stays as it is', ({ expect }) => {
    using list = makeList('{"serial":"01"}\n')
    const first = list.read()
    expect(list.read()).toBe(first)
    utimesSync(list.file, 1, 1)
    expect(list.read()).not.toBe(first)
  })

  it.for<{ name: string; spoil: (list: { pki: string; file: string }) => void; why: RegExp }>([
    { name: 'it has a broken line', spoil: ({ file }) => appendFileSync(file, '{"ser'), why: /revoked\.jsonl: line 2/ },
    { name: 'its group may write it', spoil: ({ file }) => chmodSync(file, 0o664), why: /can be changed by others/ },
    { name: 'others may write it', spoil: ({ file }) => chmodSync(file, 0o646), why: /can be changed by others/ },
    { name: "it is a user's", spoil: ({ file }) => chownSync(file, 2001, 0), why: /can be changed by others/ },
    { name: 'others may write its folder', spoil: ({ pki }) => chmodSync(pki, 0o1777), why: /pki: can be changed/ },
    { name: "its folder is a user's", spoil: ({ pki }) => chownSync(pki, 2001, 0), why: /pki: can be changed/ },
    {
      name: 'it is a folder',
      spoil: ({ file }) => {
        rmSync(file)
        mkdirSync(file)
      },
      why: /not a file/,
    },
    {
      name: 'it is a link, also to a sound list',
      spoil: ({ pki, file }) => {
        writeFileSync(join(pki, 'list'), '', { mode: 0o644 })
        rmSync(file)
        symlinkSync('list', file)
      },
      why: /not a file/,
    },
    {
      name: 'it is a pipe, which nobody writes into',
      spoil: ({ file }) => {
        rmSync(file)
        execFileSync('mkfifo', ['-m', '600', file])
      },
      why: /not a file/,
    },
    {
      name: 'its folder is a link that leads nowhere',
      spoil: ({ pki }) => {
        rmSync(pki, { recursive: true })
        symlinkSync('/nosuch/pki', pki)
      },
      why: /ENOENT/,
    },
    {
      name: 'its folder is a file',
      spoil: ({ pki }) => {
        rmSync(pki, { recursive: true })
        writeFileSync(pki, '')
      },
      why: /ENOTDIR/,
    },
  ])('is not known when $name; this is reported once', ({ spoil, why }, { expect }) => {
    using list = makeList('{"serial":"01"}\n')
    expect(list.read()).toEqual(new Set(['1']))
    spoil(list)
    for (const answer of [list.read(), list.read()]) expect(answer).toEqual({ why: expect.stringMatching(why) })
    expect(list.reports).toEqual([expect.stringMatching(why)])
  })

  it('is known again when it is mended', ({ expect }) => {
    using list = makeList('{"serial":"01"}\nx\n')
    expect(list.read()).toHaveProperty('why')
    writeFileSync(list.file, '{"serial":"01"}\n')
    expect(list.read()).toEqual(new Set(['1']))
    appendFileSync(list.file, 'x')
    expect(list.read()).toHaveProperty('why')
    expect(list.reports).toHaveLength(2)
  })
})
