/** The audit log's files on a real disk: no line is lost, split or doubled. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, it, onTestFinished } from 'vitest'
import { openAudit } from '../../../src/plugin/audit-file.ts'
import { defaultAudit, type AuditSettings } from '../../../src/policy/audit-settings.ts'
import { logFiles, numbered, readNumbers, upTo } from '../../support/audit-lines.ts'
import { makeFolder } from '../../support/folder.ts'
import { until } from '../../support/until.ts'

let file: string
beforeEach(() => {
  const folder = makeFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  file = join(folder.path, 'log', 'audit.jsonl')
})

function start(change: Partial<AuditSettings> = {}, path = file) {
  const errors: unknown[] = []
  const settings = { ...defaultAudit, ...change }
  const audit = openAudit(
    path,
    () => settings,
    (error) => errors.push(error),
  )
  onTestFinished(() => audit.close())
  const write = (from: number, count: number) => upTo(count, from).forEach((number) => audit.write(numbered(number)))
  return { audit, errors, write, settings }
}
const place = (text: string) => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, text)
}
const longAgo = `${JSON.stringify(numbered(0, { time: '2020-02-02T02:02:02.002Z' }))}\n`

describe('the audit log', () => {
  it("is its owner's alone, with its folder", ({ expect }) => {
    start().write(0, 1)
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('is put away before a line would make it larger than it may be, and has every line once and in order', ({
    expect,
  }) => {
    const { write, errors } = start({ size: 1_000, keep: 1_000 })
    write(0, 500)
    expect(readNumbers(file)).toEqual({ numbers: upTo(500), torn: 0 })
    expect(logFiles(file).length).toBeGreaterThan(50)
    expect(logFiles(file).filter((path) => statSync(path).size > 1_000)).toEqual([])
    expect(errors).toEqual([])
  })

  it('is kept in as many old files as it may, the newest', async ({ expect }) => {
    const { write } = start({ size: 1_000, keep: 3 })
    write(0, 500)
    await until(() => logFiles(file).length <= 4, { what: 'the removal of the oldest' })
    const { numbers } = readNumbers(file)
    expect(numbers).toEqual(upTo(numbers.length, 500 - numbers.length))
    expect(logFiles(file)).toHaveLength(4)
  })

  it('is put away when its first line is old enough, whoever wrote that', ({ expect }) => {
    place(longAgo)
    start({ age: 365 * 86_400_000 }).write(1, 3)
    const [old, now] = logFiles(file)
    expect(readFileSync(old ?? '', 'utf8')).toBe(longAgo)
    expect(readFileSync(now ?? '', 'utf8').split('\n')).toHaveLength(4)
  })

  it.for([
    { name: 'age', change: { age: 0 } },
    { name: 'size', change: { age: 0, size: 0 } },
  ])('is put away at no $name where that is 0', ({ change }, { expect }) => {
    place(longAgo)
    start(change).write(1, 3)
    expect(logFiles(file)).toEqual([file])
  })

  it('begins a new line after one that was cut off', ({ expect }) => {
    place('{"time":"2026-11-22T10:11:1')
    start().write(0, 2)
    expect(readNumbers(file)).toEqual({ numbers: [0, 1], torn: 1 })
  })

  it.for([
    { name: 'put away', act: () => renameSync(file, `${file}.1`), numbers: upTo(6) },
    { name: 'removed', act: () => rmSync(file), numbers: upTo(3, 3) },
    { name: 'removed with its folder', act: () => rmSync(dirname(file), { recursive: true }), numbers: upTo(3, 3) },
  ])('goes on in a new file when it was $name by another program', ({ act, numbers }, { expect }) => {
    const { write } = start()
    write(0, 3)
    act()
    write(3, 3)
    expect(readNumbers(file)).toEqual({ numbers, torn: 0 })
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('has its new file at once when it is told that the old one was put away', ({ expect }) => {
    const { audit } = start()
    renameSync(file, `${file}.1`)
    audit.reopen()
    expect(existsSync(file)).toBe(true)
  })

  it('is kept as the settings say that are in force now', ({ expect }) => {
    const { write, settings } = start()
    write(0, 10)
    Object.assign(settings, { size: 100 })
    write(10, 2)
    expect(logFiles(file)).toHaveLength(3)
  })
})

describe('the audit log where it cannot be kept', () => {
  it('is not put away where that fails: it goes on, and says so once', ({ expect }) => {
    // The name of an old file is 28 characters longer, and too long.
    const path = join(dirname(file), 'x'.repeat(240))
    const { write, errors } = start({ size: 1_000 }, path)
    write(0, 100)
    expect(readNumbers(path)).toEqual({ numbers: upTo(100), torn: 0 })
    expect(errors).toMatchObject([{ message: expect.stringMatching(/no new file is begun: ENAMETOOLONG/) }])
  })

  it('follows no link', ({ expect }) => {
    mkdirSync(dirname(file), { mode: 0o700 })
    symlinkSync('/dev/zero', file)
    const { audit, errors } = start()
    expect(() => audit.write(numbered(0))).toThrow('cannot be written: ELOOP')
    expect(errors).toHaveLength(1)
  })

  it('is no pipe, which would keep everybody waiting', ({ expect }) => {
    mkdirSync(dirname(file), { mode: 0o700 })
    execFileSync('mkfifo', ['-m', '600', file])
    const { audit } = start()
    expect(() => audit.write(numbered(0))).toThrow('is no file')
  })

  it.for([
    { name: 'the folder is one that others may change', act: () => chmodSync(dirname(file), 0o777) },
    { name: 'the file is one that others may write', act: () => chmodSync(file, 0o666) },
  ])('is not written where $name', ({ act }, { expect }) => {
    place('')
    act()
    const { audit } = start()
    expect(() => audit.write(numbered(0))).toThrow('others could change the audit log')
    expect(readFileSync(file, 'utf8')).toBe('')
  })

  it('is written again as soon as it can be', ({ expect }) => {
    mkdirSync(dirname(file), { mode: 0o700 })
    symlinkSync('/dev/zero', file)
    const { audit, write } = start()
    expect(() => audit.write(numbered(0))).toThrow('ELOOP')
    rmSync(file)
    write(1, 2)
    expect(readNumbers(file)).toEqual({ numbers: [1, 2], torn: 0 })
  })

  it('takes for written at once only what is on disk, where policy says so', ({ expect }) => {
    // A device that takes everything, and can put nothing on disk.
    const { audit } = start({ sync: 0 }, '/dev/null')
    expect(() => audit.write(numbered(0))).toThrow('cannot be written: EINVAL')
  })

  it('takes nothing for written any more when a disk fails later, and says so', async ({ expect }) => {
    const { audit, errors } = start({ sync: 10 }, '/dev/null')
    audit.write(numbered(0))
    await until(() => errors.length > 0, { what: 'the failure' })
    expect(errors).toMatchObject([{ message: expect.stringContaining('EINVAL') }])
    expect(() => audit.write(numbered(1))).toThrow('EINVAL')
  })

  it('is put on disk when it is closed', async ({ expect }) => {
    const { audit, errors, write } = start({ sync: 60_000 }, '/dev/null')
    write(0, 1)
    audit.close()
    await until(() => errors.length > 0, { what: 'the failure' })
    expect(errors).toMatchObject([{ message: expect.stringContaining('EINVAL') }])
    expect(() => audit.write(numbered(1))).toThrow('it is closed')
  })
})
