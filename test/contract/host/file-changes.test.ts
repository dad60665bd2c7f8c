import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { onFileChange } from '../../../src/host/file-changes.ts'
import { makeFolder } from '../../support/folder.ts'
import { until } from '../../support/until.ts'

/** Two files of one folder: what is heard of the second shows that the first had its time. */
function open() {
  const folder = makeFolder()
  const heard = { first: 0, second: 0 }
  const [first, second] = [join(folder.path, 'first'), join(folder.path, 'second')] as const
  const closes = [onFileChange(first, () => (heard.first += 1)), onFileChange(second, () => (heard.second += 1))]
  const close = () => {
    for (const each of closes) each()
    folder[Symbol.dispose]()
  }
  const secondIsHeard = async (text: string) => {
    const before = heard.second
    writeFileSync(second, text)
    await until(() => heard.second > before, { what: 'the second file' })
  }
  return { first, heard, secondIsHeard, [Symbol.dispose]: close }
}

describe.concurrent('a change of a file is told', () => {
  it('once, however many writes it took', async ({ expect }) => {
    using files = open()
    for (let count = 1; count <= 50; count += 1) writeFileSync(files.first, 'x'.repeat(count))
    await until(() => files.heard.first > 0, { what: 'the change' })
    await files.secondIsHeard('a')
    expect(files.heard.first).toBe(1)
  })

  it('not where the file came and went, or its neighbour changed', async ({ expect }) => {
    using files = open()
    writeFileSync(files.first, 'x')
    rmSync(files.first)
    // Nothing there has to rest for two seconds.
    for (let count = 0; count < 10; count += 1) await files.secondIsHeard(`${count}`)
    expect(files.heard.first).toBe(0)
  })

  it('though its neighbour never comes to rest', async ({ expect }) => {
    using files = open()
    const restless = setInterval(() => writeFileSync(`${files.first}~`, ''), 20)
    writeFileSync(files.first, 'x')
    await until(() => files.heard.first > 0, { what: 'the change', seconds: 5 }).finally(() => clearInterval(restless))
    expect(files.heard.second).toBe(0)
  })
})
