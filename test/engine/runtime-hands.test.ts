/** dockerrun-runtime by itself, with a gate that only says `go` and a runc, a fake one, that tells a wrong number. */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { openHands, type Said } from '../../src/runtime/hands.ts'
import { makeFolder } from '../support/folder.ts'

const program = join(import.meta.dirname, '../../dist/dockerrun-runtime')

/** What the wrapper says when `script` is what runc does for `create`, and what runc was called for after that. */
async function create(script: string) {
  using folder = makeFolder()
  const at = (name: string) => join(folder.path, name)
  const said: (Said | undefined)[] = []
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {})
    void tellGo(socket).then(
      (answer) => said.push(answer),
      () => {},
    )
  })
  await new Promise<void>((resolve) => void server.listen(at('socket'), resolve))
  const fake = `#!/bin/sh\ncase $1 in create) ${script} ;; *) echo "$@" >>${at('calls')} ;; esac\n`
  writeFileSync(at('runc'), fake, { mode: 0o755 })
  writeFileSync(at('config.json'), '{}')
  writeFileSync(at('calls'), '')
  const own = ['--dockerrun-socket', at('socket'), '--dockerrun-runc', at('runc')]
  const child = spawn(program, [...own, 'create', '--bundle', folder.path, '--pid-file', at('pid'), 'her'], {
    env: { PATH: process.env['PATH'], PID: at('pid') },
  })
  const [stderr, status] = await Promise.all([
    text(child.stderr),
    new Promise((resolve) => void child.once('close', resolve)),
  ])
  server.close()
  return {
    status,
    stderr,
    said,
    calls: readFileSync(at('calls'), 'utf8'),
    pid: Number(readFileSync(at('pid'), 'utf8')),
  }
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
  const ends = `sh -c 'sh -c : & echo $! >$PID'; until grep -q '^State:.Z' /proc/$(cat $PID)/status; do :; done`
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
  const made = await create('unshare -m sleep 1000 >/dev/null 2>&1 & echo $! >$PID; sleep 1')
  expect(made.stderr).toContain('gave no answer')
  expect(made.said).toMatchObject([{ word: 'created' }])
  expect(isAlive(made.pid)).toBe(false)
})

function openSleep() {
  const child = spawn('sleep', ['1000'])
  return { pid: child.pid ?? 0, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}
