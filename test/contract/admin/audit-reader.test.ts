/** The audit log as its readers see it, on a real disk and while it is written. */
import { spawn } from 'node:child_process'
import { appendFileSync, linkSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, it, onTestFinished } from 'vitest'
import { readAudit } from '../../../src/admin/audit-reader.ts'
import { defaultAudit } from '../../../src/policy/audit-settings.ts'
import { rotatedName } from '../../../src/policy/audit-names.ts'
import { numbered, upTo } from '../../support/audit-lines.ts'
import { makeFolder } from '../../support/folder.ts'
import { until } from '../../support/until.ts'

let file: string
beforeEach(() => {
  const folder = makeFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  file = join(folder.path, 'audit.jsonl')
})

const lines = (...numbers: readonly number[]) =>
  numbers.map((number) => `${JSON.stringify(numbered(number))}\n`).join('')
const day = 86_400_000

/** All it reads, in numbers; -1 is a line that is none. */
async function read(since = -Infinity): Promise<readonly number[]> {
  const numbers: number[] = []
  for await (const batch of readAudit(file, { since, follow: undefined })) numbers.push(...batch.lines.map(toNumber))
  return numbers
}

const toNumber = (line: string | undefined): number =>
  line?.endsWith('}') === true ? (JSON.parse(line) as { number: number }).number : -1

/** What comes, as it comes. */
function follow(): readonly number[] {
  const numbers: number[] = []
  const stop = new AbortController()
  const done = (async () => {
    for await (const batch of readAudit(file, { since: -Infinity, follow: stop.signal }))
      numbers.push(...batch.lines.map(toNumber))
  })()
  onTestFinished(async () => {
    stop.abort()
    await done
  })
  return numbers
}
const sees = async (numbers: readonly number[], wanted: readonly number[]) =>
  await until(() => numbers.length >= wanted.length, { what: 'the lines', log: () => numbers.join(' ') })

describe('a reader of the audit log', () => {
  it('reads what was put away before what is written, whoever put it away and whatever the dates of the files', async ({
    expect,
  }) => {
    const now = Date.now()
    writeFileSync(file, lines(10))
    const foreign = [
      { name: `${file}.3.gz`, data: gzipSync(lines(0)), age: 9 },
      { name: `${file}.2`, data: lines(1), age: 8 },
      { name: `${file}-20261122`, data: lines(2), age: 7 },
    ]
    for (const { name, data, age } of foreign) {
      writeFileSync(name, data)
      utimesSync(name, (now - age * day) / 1000, (now - age * day) / 1000)
    }
    writeFileSync(rotatedName(file, now - 5 * day, 77), lines(4))
    writeFileSync(rotatedName(file, now - 6 * day, 99), lines(3))
    for (const number of [9, 7, 5, 6, 8]) writeFileSync(rotatedName(file, now - 5 * day, 73 + number), lines(number))
    linkSync(file, `${file}.1`)
    writeFileSync(`${file}.bak`, lines(100))
    expect(await read()).toEqual(upTo(11))
  })

  it('leaves files closed that are older than what it is asked for', async ({ expect }) => {
    const now = Date.now()
    writeFileSync(rotatedName(file, now - 5 * day, 1), lines(0))
    writeFileSync(rotatedName(file, now - 1 * day, 1), lines(1))
    writeFileSync(file, lines(2))
    expect(await read(now - 2 * day)).toEqual([1, 2])
  })

  it('tells lines that are none, and goes on; what is being written is none yet', async ({ expect }) => {
    writeFileSync(rotatedName(file, 1, 1), `${lines(0)}{"number":`)
    writeFileSync(`${file}.2.gz`, gzipSync(lines(7)).subarray(0, 30))
    writeFileSync(file, `${lines(1)}\n\n{"numb\n${'x'.repeat(5 * 1024 * 1024)}\n${lines(2)}{"number":3`)
    expect(await read()).toEqual([0, -1, -1, 1, -1, -1, 2])
  })

  it('says where there is none', async ({ expect }) => {
    await expect(read()).rejects.toThrow('no audit log is there')
    file = join(file, '..', 'none', 'audit.jsonl')
    await expect(read()).rejects.toThrow('no audit log is there')
  })
})

describe('a follower of the audit log', () => {
  it('has each line once and in order, however often it is put away', async ({ expect }) => {
    const writer = join(import.meta.dirname, '../../support/audit-writer.ts')
    const settings = { ...defaultAudit, size: 3_000, keep: 1_000_000 }
    writeFileSync(file, '')
    const numbers = follow()
    const count = 20_000
    const gate = spawn(process.execPath, [writer, file, JSON.stringify(settings), '0', String(count)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    onTestFinished(() => void gate.kill())
    await sees(numbers, upTo(count))
    expect(numbers).toEqual(upTo(count))
  })

  it('has the rest of a line when that has come', async ({ expect }) => {
    const whole = lines(1)
    writeFileSync(file, `${lines(0)}${whole.slice(0, 20)}`)
    const numbers = follow()
    await sees(numbers, [0])
    appendFileSync(file, whole.slice(20))
    await sees(numbers, [0, 1])
    expect(numbers).toEqual([0, 1])
  })

  it('goes on when another program puts the file away', async ({ expect }) => {
    writeFileSync(`${file}.1`, lines(0))
    writeFileSync(file, lines(1))
    const numbers = follow()
    await sees(numbers, upTo(2))
    renameSync(`${file}.1`, `${file}.2`)
    renameSync(file, `${file}.1`)
    appendFileSync(`${file}.1`, lines(2))
    writeFileSync(file, lines(3))
    await sees(numbers, upTo(4))
    expect(numbers).toEqual(upTo(4))
  })

  it('goes on with what was put away while nothing new can be begun', async ({ expect }) => {
    writeFileSync(file, lines(0))
    const numbers = follow()
    await sees(numbers, upTo(1))
    const old = rotatedName(file, Date.now(), 1)
    renameSync(file, old)
    appendFileSync(old, lines(1))
    await sees(numbers, upTo(2))
    writeFileSync(file, lines(2))
    await sees(numbers, upTo(3))
    expect(numbers).toEqual(upTo(3))
  })

  it('goes on when what it had read is gone, though its number is used again', async ({ expect }) => {
    writeFileSync(file, lines(0))
    const numbers = follow()
    await sees(numbers, upTo(1))
    rmSync(file)
    writeFileSync(file, lines(1))
    await sees(numbers, upTo(2))
    expect(numbers).toEqual(upTo(2))
  })
})
