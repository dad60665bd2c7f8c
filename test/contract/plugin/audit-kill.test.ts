/** The audit log of gates that are killed, and of two that meet. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { it } from 'vitest'
import { defaultAudit } from '../../../src/policy/audit-settings.ts'
import { logFiles, readNumbers, upTo } from '../../support/audit-lines.ts'
import { makeFolder } from '../../support/folder.ts'

const writer = join(import.meta.dirname, '../../support/audit-writer.ts')
/** A file holds some lines only, so that a gate that is killed is often killed while it puts one away. */
const settings = { ...defaultAudit, size: 300, keep: 1_000_000, sync: 1 }

const startWriter = (file: string, from: number, count: number): ChildProcessByStdio<null, Readable, null> =>
  spawn(process.execPath, [writer, file, JSON.stringify(settings), String(from), String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

it('has what was answered once and whole, whenever the gate was killed', async ({ expect }) => {
  using folder = makeFolder()
  const file = join(folder.path, 'audit.jsonl')
  const said: number[] = []
  const rounds = 12
  for (let round = 0; round < rounds; round += 1) {
    const gate = startWriter(file, round * 1_000_000, 0)
    const output = text(gate.stdout)
    await once(gate.stdout, 'data')
    // Not to wait for anything: each round is killed at another moment.
    setTimeout(() => gate.kill('SIGKILL'), round * 3)
    await once(gate, 'exit')
    said.push(...(await output).split('\n').slice(0, -1).map(Number))
  }
  const { numbers, torn } = readNumbers(file)
  const found = new Set(numbers)
  expect(numbers).toHaveLength(found.size)
  expect(said.filter((number) => !found.has(number))).toEqual([])
  // A line that was being written, and was never answered.
  expect(numbers.length - said.length + torn).toBeLessThanOrEqual(rounds)
  expect(numbers.toSorted((one, other) => one - other)).toEqual(numbers)
  expect(logFiles(file).length).toBeGreaterThan(rounds)
})

it('has all lines of two gates that put it away at the same time', async ({ expect }) => {
  using folder = makeFolder()
  const file = join(folder.path, 'audit.jsonl')
  const gates = [startWriter(file, 0, 1_000), startWriter(file, 1_000, 1_000)]
  await Promise.all(gates.map(async (gate) => await Promise.all([text(gate.stdout), once(gate, 'exit')])))
  const { numbers, torn } = readNumbers(file)
  expect(numbers.toSorted((one, other) => one - other)).toEqual(upTo(2_000))
  expect(torn).toBe(0)
})
