import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createServer as createRawServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { PassThrough, Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { buildApi } from '../../../src/client/api.ts'
import { carry } from '../../../src/client/attach.ts'
import { pullImage } from '../../../src/client/pull.ts'
import { parseDockerConfig } from '../../../src/host/docker-config.ts'
import type { ClientSettings } from '../../../src/host/endpoint.ts'
import { openEngine, type Engine } from '../../../src/host/http.ts'

/** A fake engine, for what a real one does too seldom: split and joined writes, early ends. */
const fakeEngine = async (server: Server, settings?: ClientSettings) => {
  const folder = await mkdtemp(`${tmpdir()}/dockerrun-fake-`)
  const path = `${folder}/s`
  let connections = 0
  server.on('connection', () => (connections += 1))
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const engine = await openEngine({ kind: 'unix', path, ...(settings === undefined ? {} : { settings }) })
  return {
    engine,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      engine.close()
      await new Promise((resolve) => server.close(resolve))
      await rm(folder, { recursive: true })
    },
  }
}

const recorder = () => {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers)
    request.resume().on('end', () => response.end('{}'))
  })
  return { seen, server }
}

it('sends a call without a body as gate 1 wants it: length 0 and no type', async () => {
  const { seen, server } = recorder()
  await using fake = await fakeEngine(server)
  await fake.engine.ask('POST', '/containers/x/start')
  expect(seen[0]).toMatchObject({ 'content-length': '0' })
  expect(seen[0]).not.toHaveProperty('content-type')
  expect(seen[0]).not.toHaveProperty('transfer-encoding')
})

it('sends a JSON body with its type and its length in bytes', async () => {
  const { seen, server } = recorder()
  await using fake = await fakeEngine(server)
  await fake.engine.ask('POST', '/containers/create', { json: { Name: 'ä' } })
  expect(seen[0]).toMatchObject({ 'content-type': 'application/json', 'content-length': '13' })
})

it("sends the user's headers with each call, and its own in their stead", async () => {
  const { seen, server } = recorder()
  const config = parseDockerConfig('{"HttpHeaders":{"X-Meta-Site":"a","content-type":"text/x","HOST":"evil"}}', '')
  await using fake = await fakeEngine(server, { env: {}, config, address: '' })
  await fake.engine.ask('GET', '/x')
  await fake.engine.ask('POST', '/x', { json: {}, headers: { 'X-Registry-Auth': 'e30=' } })
  expect(seen[0]).toMatchObject({ 'x-meta-site': 'a', host: 'docker' })
  expect(seen[0]).not.toHaveProperty('x-registry-auth')
  expect(seen[1]).toMatchObject({ 'x-meta-site': 'a', 'content-type': 'application/json', 'x-registry-auth': 'e30=' })
})

it('uses the connections it has opened ahead', async () => {
  const { server } = recorder()
  await using fake = await fakeEngine(server)
  fake.engine.warm(3)
  await Promise.all(['/a', '/b', '/c'].map((path) => fake.engine.ask('GET', path)))
  expect(fake.connections()).toBe(3)
})

const upgraded = 'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n'
const raw = (answer: string, then: 'end' | 'break' | 'echo'): Server =>
  createRawServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(answer)
      if (then === 'end') socket.end()
      else if (then === 'break') setImmediate(() => socket.resetAndDestroy())
      else socket.pipe(socket)
    })
  })

const collect = () => {
  const chunks: Buffer[] = []
  const sink = new Writable({
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk)
      done()
    },
  })
  return { sink, text: () => Buffer.concat(chunks).toString() }
}

const attach = async (engine: Engine) => {
  const answer = await engine.hijack('/containers/x/attach')
  if ('status' in answer) throw new Error(String(answer.status))
  return answer
}

it('loses nothing that came in one packet with the answer', async () => {
  await using fake = await fakeEngine(raw(`${upgraded}\u0001\0\0\0\0\0\0\u0003out\u0002\0\0\0\0\0\0\u0003err`, 'end'))
  const [out, err] = [collect(), collect()]
  const streams = { stdin: undefined, stdout: out.sink, stderr: err.sink, tty: false }
  expect(await carry(await attach(fake.engine), streams)).toBe('ended')
  expect([out.text(), err.text()]).toEqual(['out', 'err'])
})

it('closes its own half at the end of input and still hears the answer', async () => {
  await using fake = await fakeEngine(raw(upgraded, 'echo'))
  const [stdin, out] = [new PassThrough(), collect()]
  stdin.end('hi')
  const streams = { stdin, stdout: out.sink, stderr: out.sink, tty: true }
  expect(await carry(await attach(fake.engine), streams)).toBe('ended')
  expect(out.text()).toBe('hi')
})

it('tells that its reader has left', async () => {
  await using fake = await fakeEngine(raw(upgraded, 'echo'))
  const stdin = new PassThrough()
  const gone = new Writable({ highWaterMark: 1, write: (_chunk, _, done) => done(new Error('EPIPE')) })
  stdin.write('a')
  const streams = { stdin, stdout: gone, stderr: gone, tty: true }
  expect(await carry(await attach(fake.engine), streams)).toBe('closed')
})

it('is not done before its reader has all of it', async () => {
  await using fake = await fakeEngine(raw(`${upgraded}\u0001\0\0\0\0\0\0\u0003out`, 'end'))
  const read: Array<() => void> = []
  const slow = new Writable({ write: (_chunk, _, done) => void read.push(done) })
  let isDone = false
  const streams = { stdin: undefined, stdout: slow, stderr: slow, tty: false }
  const socket = await attach(fake.engine)
  const carried = carry(socket, streams).finally(() => (isDone = true))
  await once(socket, 'end')
  await new Promise(setImmediate)
  expect(isDone).toBe(false)
  for (const done of read) done()
  expect(await carried).toBe('ended')
})

it('gives the answer of an engine that refuses to attach', async () => {
  await using fake = await fakeEngine(raw('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n{}', 'end'))
  expect(await fake.engine.hijack('/containers/x/attach')).toMatchObject({ status: 403 })
})

it.for([
  { name: 'without an answer', answer: '' },
  { name: 'in the middle of one', answer: 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf' },
])('fails with a sentence where the engine breaks off $name', async ({ answer }) => {
  await using fake = await fakeEngine(raw(answer, 'end'))
  await expect(fake.engine.ask('GET', '/x')).rejects.toMatchObject({ code: 'engine-failed', status: 125 })
})

it('fails with a sentence where a pull breaks off', async () => {
  const line = '{"status":"Pulling fs layer"}\n'
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
  await using fake = await fakeEngine(raw(`${head}${line.length.toString(16)}\r\n${line}\r\n`, 'end'))
  const seen: string[] = []
  const listener = { notice: (text: string) => void seen.push(text), quiet: false, signal: AbortSignal.timeout(5_000) }
  await expect(pullImage(buildApi(fake.engine, '1.41'), { name: 'busybox', tag: '1' }, listener)).rejects.toMatchObject(
    { name: 'Failure', message: 'busybox:1: the engine broke off while pulling', status: 125 },
  )
  expect(seen).toEqual(['Pulling fs layer'])
})
