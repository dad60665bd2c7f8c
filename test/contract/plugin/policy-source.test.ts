/** The policy in force follows the file, as editors and administrators really change files. */
import { appendFileSync, chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, watch, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'vitest'
import { Failure } from '../../../src/failure.ts'
import { openPolicy } from '../../../src/plugin/policy-source.ts'
import { emptyPolicy } from '../../../src/policy/grants.ts'
import { makeFolder } from '../../support/folder.ts'
import { until } from '../../support/until.ts'

const one = 'administrators: {users: [one]}\n'
const two = 'administrators: {users: [two]}\n'
const broken = 'administrators: [two]\n'

/** A policy source on a file of its own, and what it has said. */
function open({ text, name = 'etc/policy.yaml' }: { text?: string; name?: string } = {}) {
  const folder = makeFolder()
  const inside = (path: string) => join(folder.path, path)
  mkdirSync(inside('etc'), { mode: 0o755 })
  const file = inside(name)
  if (text !== undefined) writeFileSync(file, text, { mode: 0o644 })
  const said: Failure[] = []
  const source = openPolicy(file, (error) => said.push(error as Failure))
  const inForce = () => {
    const policy = source.get()
    if (policy === undefined) return 'nothing'
    return policy === emptyPolicy ? 'empty' : policy.administrators.users.join()
  }
  const becomes = (wanted: string, seconds = 20) =>
    until(() => inForce() === wanted, { what: `${wanted} in force`, log: inForce, seconds })
  const says = (wanted: RegExp) =>
    until(() => said.some(({ message }) => wanted.test(message)), { what: `a word about ${wanted.source}` })
  const close = () => {
    source.close()
    folder[Symbol.dispose]()
  }
  return { ...source, file, inside, inForce, becomes, says, said, [Symbol.dispose]: close }
}

describe.concurrent('at the start', () => {
  it('an absent file is the empty policy', ({ expect }) => {
    using policy = open()
    expect(policy.inForce()).toBe('empty')
    expect(policy.said).toEqual([])
  })

  it('the file is in force at once', ({ expect }) => {
    using policy = open({ text: one })
    expect(policy.inForce()).toBe('one')
  })

  it.for([
    {
      name: 'broken',
      text: broken,
      mode: 0o644,
      why: /policy\.yaml: line 1: administrators: expected keys and values/,
    },
    { name: "everybody's", text: one, mode: 0o666, why: /can be written by others/ },
  ])('nothing is in force where the file is $name, until it is good', async ({ text, mode, why }, { expect }) => {
    using policy = open()
    writeFileSync(policy.file, text)
    chmodSync(policy.file, mode)
    using second = openAgain(policy.file)
    expect(second.get()).toBeUndefined()
    expect(second.said.map(({ message }) => message)).toEqual([expect.stringMatching(why)])
    chmodSync(policy.file, 0o644)
    writeFileSync(policy.file, two)
    await policy.becomes('two')
    await until(() => second.get() !== undefined, { what: 'a policy in force' })
  })
})

/** Waits for what inotify says of the file: then the source has heard of it too. */
function count(file: string): Disposable & { readonly next: () => Promise<unknown> } {
  let [heard, awaited] = [0, 0]
  const watcher = watch(dirname(file), () => (heard += 1))
  const next = async () => {
    await until(() => heard > awaited, { what: 'an event' })
    awaited = heard
  }
  return { next, [Symbol.dispose]: () => watcher.close() }
}

/** Another gate on the same file. */
function openAgain(file: string) {
  const said: Failure[] = []
  const source = openPolicy(file, (error) => said.push(error as Failure))
  return { ...source, said, [Symbol.dispose]: source.close }
}

describe.concurrent('the policy in force follows', () => {
  it('a file that is written in place', async ({ expect }) => {
    using policy = open({ text: one })
    writeFileSync(policy.file, two)
    await policy.becomes('two')
    expect(policy.said).toEqual([])
  })

  it('a file that another is renamed to, again and again', async () => {
    using policy = open({ text: one })
    for (const [text, wanted] of [
      [two, 'two'],
      [one, 'one'],
      [two, 'two'],
    ] as const) {
      writeFileSync(policy.inside('etc/.policy.yaml.swp'), text, { mode: 0o644 })
      renameSync(policy.inside('etc/.policy.yaml.swp'), policy.file)
      await policy.becomes(wanted)
    }
  })

  it('an editor that puts the old file aside first', async ({ expect }) => {
    using policy = open({ text: one })
    renameSync(policy.file, `${policy.file}~`)
    writeFileSync(policy.file, two, { mode: 0o644 })
    await policy.becomes('two')
    expect(policy.said).toEqual([])
  })

  it('a file that appears', async () => {
    using policy = open()
    writeFileSync(policy.file, one, { mode: 0o644 })
    await policy.becomes('one')
  })

  it('a file that goes away, and says so', async () => {
    using policy = open({ text: one })
    rmSync(policy.file)
    await policy.becomes('empty')
    await policy.says(/is gone: an empty policy is in force/)
  })

  it('a file whose folder appears, and is replaced', async () => {
    using policy = open({ name: 'new/policy.yaml' })
    mkdirSync(policy.inside('new'), { mode: 0o755 })
    writeFileSync(policy.file, one, { mode: 0o644 })
    await policy.becomes('one')
    mkdirSync(policy.inside('next'), { mode: 0o755 })
    writeFileSync(policy.inside('next/policy.yaml'), two, { mode: 0o644 })
    renameSync(policy.inside('new'), policy.inside('old'))
    renameSync(policy.inside('next'), policy.inside('new'))
    await policy.becomes('two')
    // Heard of again, and not only found at the next of the looks in between.
    writeFileSync(policy.file, one)
    await policy.becomes('one', 3)
  })

  it('what a link leads to', async () => {
    using policy = open({ name: 'policy.yaml' })
    writeFileSync(policy.inside('etc/first'), one, { mode: 0o644 })
    symlinkSync('etc/first', policy.file)
    await policy.becomes('one')
    writeFileSync(policy.inside('etc/first'), two)
    await policy.becomes('two')
  })
})

describe.concurrent('what was in force stays in force', () => {
  it('where the file gets broken, which is said; mended, it is taken', async ({ expect }) => {
    using policy = open({ text: one })
    writeFileSync(policy.file, broken)
    await policy.says(/line 1: administrators: .*: the policy of before stays in force$/)
    expect(policy.inForce()).toBe('one')
    writeFileSync(policy.file, two)
    await policy.becomes('two')
    expect(policy.said).toHaveLength(1)
  })

  it('where others may write the file', async ({ expect }) => {
    using policy = open({ text: one })
    writeFileSync(policy.file, two)
    chmodSync(policy.file, 0o666)
    await policy.says(/can be written by others than root: the policy of before stays in force$/)
    expect(policy.inForce()).toBe('one')
    chmodSync(policy.file, 0o644)
    await policy.becomes('two')
  })

  it('while a file is being written, though what is there is broken, or a good policy that says too little', async ({
    expect,
  }) => {
    using policy = open({ text: one })
    const seen = new Set<string>()
    const look = setInterval(() => seen.add(policy.inForce()), 1)
    using events = count(policy.file)
    for (const step of ['', 'socket: ad', 'min\n', two]) {
      if (step === '') writeFileSync(policy.file, step)
      else appendFileSync(policy.file, step)
      await events.next()
    }
    await policy.becomes('two')
    clearInterval(look)
    expect([...seen].filter((each) => each !== 'two')).toEqual(['one'])
    expect(policy.said).toEqual([])
  })

  it('where the file is emptied and filled again only after a while', async ({ expect }) => {
    using policy = open({ text: one })
    writeFileSync(policy.file, '')
    // Long enough for other files to be changed and followed.
    using other = open({ text: one })
    for (const [text, wanted] of [
      [two, 'two'],
      [one, 'one'],
    ] as const) {
      writeFileSync(other.file, text)
      await other.becomes(wanted)
    }
    expect(policy.inForce()).toBe('one')
    writeFileSync(policy.file, two)
    await policy.becomes('two')
  })
})

describe.concurrent('asked to read it now', () => {
  it('it takes what is there at once, without waiting', ({ expect }) => {
    using policy = open({ text: one })
    writeFileSync(policy.file, two)
    policy.reload()
    expect(policy.inForce()).toBe('two')
    writeFileSync(policy.file, broken)
    policy.reload()
    expect(policy.inForce()).toBe('two')
    expect(policy.said).toHaveLength(1)
  })
})

it('closed, it follows nothing any more', async ({ expect }) => {
  using policy = open({ text: one })
  using other = openAgain(policy.file)
  policy.close()
  writeFileSync(policy.file, two)
  await until(() => other.get()?.administrators.users.join() === 'two', { what: 'the other to follow' })
  expect(policy.inForce()).toBe('one')
})
