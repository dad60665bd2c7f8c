/** dockerrun-runtime by itself: with a gate that fails, or only says `go`, and with a runc, a fake one, that tells what is wrong. */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { openHands, type Said } from '../../src/runtime/hands.ts'
import { makeFolder } from '../support/folder.ts'

const program = join(import.meta.dirname, '../../dist/dockerrun-runtime')

type Answer = (socket: Socket) => void

/** What the wrapper says when `script` is what runc does for `create`, and what else runc was called for. */
async function call(words: readonly string[], script: string, answer: Answer | undefined) {
  using folder = makeFolder()
  const at = (name: string) => join(folder.path, name)
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {})
    answer?.(socket)
  })
  if (answer !== undefined) await new Promise<void>((resolve) => void server.listen(at('socket'), resolve))
  const fake = `#!/bin/sh\ncase $1 in create) ${script} ;; *) echo "$@" >>${at('calls')} ;; esac\n`
  writeFileSync(at('runc'), fake, { mode: 0o755 })
  writeFileSync(at('config.json'), '{}')
  writeFileSync(at('calls'), '')
  writeFileSync(at('pid'), '')
  const own = ['--dockerrun-socket', at('socket'), '--dockerrun-runc', at('runc')]
  const child = spawn(program, [...own, ...words.map((word) => word.replace('BUNDLE', folder.path))], {
    env: { PATH: process.env['PATH'], PID: at('pid') },
  })
  const [stderr, status] = await Promise.all([
    readText(child.stderr),
    new Promise((resolve) => void child.once('close', resolve)),
  ])
  server.close()
  return { status, stderr, calls: readFileSync(at('calls'), 'utf8'), pid: Number(readFileSync(at('pid'), 'utf8')) }
}

const createWords = ['create', '--bundle', 'BUNDLE', '--pid-file', 'BUNDLE/pid', 'her']

async function create(script: string) {
  const said: (Said | undefined)[] = []
  const tell: Answer = (socket) =>
    void tellGo(socket).then(
      (answer) => said.push(answer),
      () => {},
    )
  return { ...(await call(createWords, script, tell)), said }
}

async function tellGo(socket: Socket): Promise<Said | undefined> {
  const hands = await openHands(socket)
  const answer = await hands?.ask('go').catch(() => undefined)
  socket.end()
  return answer
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

it('a number that is none of its own children is not looked at, nor ended', async () => {
  using other = openSleep()
  const made = await create(`echo ${other.pid} >$PID`)
  expect(made).toMatchObject({ status: 1, said: [undefined], calls: 'delete --force her\n' })
  expect(made.stderr).toContain('not its child')
  expect(isAlive(other.pid)).toBe(true)
})

it('a process that has ended before it could be looked at is refused, and its number was not given to another', async () => {
  // Its parent ends before it can wait for it.
  const ends = `sh -c 'sh -c : & echo $! >$PID'; while [ -e /proc/$(cat $PID) ] && ! grep -q '^State:.Z' /proc/$(cat $PID)/status; do :; done`
  const made = await create(ends)
  expect(made).toMatchObject({ status: 1, said: [undefined], calls: 'delete --force her\n' })
  expect(made.stderr).toContain('has ended before it began')
})

it("a process that sees the host's mounts is refused, and ended", async () => {
  const made = await create('sleep 1000 >/dev/null 2>&1 & echo $! >$PID')
  expect(made).toMatchObject({ status: 1, said: [undefined], calls: 'delete --force her\n' })
  expect(made.stderr).toContain("the host's mounts")
  expect(isAlive(made.pid)).toBe(false)
})

it('a process with mounts of its own is told of, and ended where the gate says no more', async () => {
  const made = await create(
    'unshare -m sleep 1000 >/dev/null 2>&1 & echo $! >$PID; until [ $(readlink /proc/$!/ns/mnt) != $(readlink /proc/self/ns/mnt) ]; do :; done',
  )
  expect(made.stderr).toContain('gave no answer')
  expect(made.said).toMatchObject([{ word: 'created' }])
  expect(isAlive(made.pid)).toBe(false)
})

function openSleep() {
  const child = spawn('sleep', ['1000'])
  return { pid: child.pid ?? 0, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

describe('a gate that fails is a denial:', () => {
  const frame = (text: string, length = text.length) => {
    const size = Buffer.alloc(4)
    size.writeUInt32BE(length)
    return Buffer.concat([size, Buffer.from(text)])
  }
  it.for<readonly [string, Answer | undefined, string]>([
    ['one that is away', undefined, 'dockerrun-authz is not reached'],
    ['one that ends', (socket) => socket.end(), 'gave no answer (it ended)'],
    ['one that ends in the middle', (socket) => socket.end(frame('pass', 10)), 'gave no answer (it ended)'],
    ['one that says nothing', (socket) => socket.write(frame('')), 'what is no answer'],
    ['one that says too much', (socket) => socket.write(frame('x', 2 ** 31)), 'what is no answer'],
    ['one that is another version', (socket) => socket.write(frame('allow')), 'what this version does not know'],
    ['one that is through before it began', (socket) => socket.write(frame('done')), 'what this version does not know'],
    ['one that asks for less than a whole deed', (socket) => socket.write(frame('mount\u00000')), 'does not know'],
    ['one that does not answer', () => {}, 'gave no answer (Resource temporarily unavailable)'],
  ])('%s', async ([, answer, why]) => {
    for (const words of [createWords, ['exec', '--process', 'BUNDLE/config.json', 'her']]) {
      const made = await call(words, 'echo $$ >$PID', answer)
      expect(made).toMatchObject({ status: 1, calls: '', pid: 0 })
      expect(made.stderr).toContain(why)
      // Ten seconds of nothing are enough for once.
      if (words !== createWords || why.includes('unavailable')) return
    }
  })
})

it.for(['start', 'state', 'kill', 'delete', 'pause', 'resume', 'update', 'events', 'ps', 'list'])(
  '%s is runc’s, without a gate',
  async (verb) => {
    expect(await call([verb, 'her'], '', undefined)).toMatchObject({ status: 0, calls: `${verb} her\n` })
  },
)

it.for(['run', 'restore', 'checkpoint', 'init', 'nosuch'])('%s is not offered', async (verb) => {
  const made = await call([verb, 'her'], '', undefined)
  expect(made).toMatchObject({ status: 1, calls: '' })
  expect(made.stderr).toContain(`${verb} is not offered`)
})
