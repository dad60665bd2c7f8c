/** What stands in for the engine while a line is explained, asked over a socket as a client asks. */
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createRecorder } from '../../../src/admin/explain-recorder.ts'
import type { Explanation } from '../../../src/policy/explanation.ts'
import { parseRequest } from '../../../src/policy/request.ts'
import { makeFolder } from '../../support/folder.ts'

type Verdict = Explanation['verdict']

/** A gate that says what `decide` says, the more often it is asked about something the later verdict; and an engine. */
const start = async (decide: (operation: string, time: number) => Verdict = () => 'allow') => {
  const folder = makeFolder()
  const looked: string[] = []
  const asked: string[] = []
  const { server, seen, over } = createRecorder({
    login: 'alice',
    explain: async (wire) => {
      const parsed = parseRequest(wire)
      const operation = 'why' in parsed ? 'Unknown' : parsed.operation
      asked.push(operation)
      const verdict = decide(operation, asked.filter((each) => each === operation).length)
      return {
        verdict,
        rule: operation,
        why: `said of ${operation}`,
        operation,
        object: '',
        objections: [],
        sections: [],
      }
    },
    look: async (method, target) => {
      looked.push(`${method} ${target}`)
      return {
        status: 200,
        headers: { 'api-version': '1.41', 'set-cookie': ['x'], date: 'x' },
        body: Buffer.from('real'),
      }
    },
  })
  const socketPath = join(folder.path, 'engine.sock')
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  const send = (line: string, body: string | Buffer = '') =>
    new Promise<{ status: number; headers: object; body: string }>((resolve) => {
      const [method = '', path = ''] = line.split(' ')
      const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
      const call = request({ socketPath, method, path, headers, agent: false }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }))
      })
      call.on('error', () => resolve({ status: 0, headers: {}, body: '' }))
      call.end(body)
    })
  return {
    send,
    looked,
    seen,
    over,
    operations: () => seen.map(({ explanation }) => explanation.operation),
    [Symbol.dispose]: () => {
      server.close()
      server.closeAllConnections()
      folder[Symbol.dispose]()
    },
  }
}

describe('a look', () => {
  it('that the gate allows is the real one, with the headers clients need and no others', async () => {
    using recorder = await start()
    const { status, headers, body } = await recorder.send('GET /v1.41/containers/json?all=1')
    expect({ status, body }).toEqual({ status: 200, body: 'real' })
    expect(headers).toMatchObject({ 'api-version': '1.41', 'content-length': '4' })
    expect(headers).not.toHaveProperty('set-cookie')
    expect(recorder.looked).toEqual(['GET /v1.41/containers/json?all=1'])
  })

  it('that the gate denies is answered with the denial, and the client may go on', async () => {
    using recorder = await start((operation) => (operation === 'SystemInfo' ? 'deny' : 'allow'))
    expect(await recorder.send('GET /info')).toMatchObject({ status: 403, body: '{"message":"said of SystemInfo"}' })
    expect(await recorder.send('GET /version')).toMatchObject({ status: 200 })
    expect(recorder.looked).toEqual(['GET /version'])
    expect(recorder.operations()).toEqual(['SystemInfo', 'SystemVersion'])
  })

  it("is not shown where it has become another's in between", async () => {
    using recorder = await start((_, time) => (time === 1 ? 'allow' : 'deny'))
    expect(await recorder.send('GET /containers/x/json')).toMatchObject({ status: 403 })
    expect(recorder.looked).toEqual(['GET /containers/x/json'])
  })
})

describe('what is no look', () => {
  it.for([
    'POST /containers/create',
    'DELETE /containers/x',
    'PUT /containers/x/archive',
    'GET /containers/x/archive?path=/etc/passwd',
    'HEAD /containers/x/archive?path=/etc/passwd',
    'GET /containers/x/attach/ws',
    'GET /containers/x/export',
    'GET /images/get?names=x',
    'GET /events',
    'GET /containers/x/logs?follow=1',
    'GET /nosuch',
    'OPTIONS /version',
    'PATCH /version',
  ])('never reaches the engine, allowed as it is: %s', async (line) => {
    using recorder = await start()
    expect(await recorder.send(line, line.startsWith('POST') ? '{}' : '')).toMatchObject({ status: 403 })
    await recorder.over
    expect(recorder.looked).toEqual([])
    expect(recorder.seen).toHaveLength(1)
  })

  it('ends the explanation: what comes with it or after it is neither explained nor shown', async () => {
    using recorder = await start()
    const all = await Promise.all(Array.from({ length: 12 }, () => recorder.send('POST /containers/x/start')))
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([403]))
    await recorder.over
    expect(await recorder.send('GET /version')).toMatchObject({ status: 403 })
    expect(recorder.operations()).toEqual(['ContainerStart'])
    expect(recorder.looked).toEqual([])
  })

  it('ends it also when there are too many looks', async () => {
    using recorder = await start(() => 'deny')
    for (let count = 0; count < 500; count += 1) await recorder.send('GET /info')
    await recorder.over
    expect(recorder.seen).toHaveLength(500)
    expect(await recorder.send('GET /info')).toMatchObject({ status: 403 })
    expect(recorder.seen).toHaveLength(500)
  })
})

describe('the recorder', () => {
  it('reads no body without end, and goes on', async () => {
    using recorder = await start()
    expect(await recorder.send('POST /containers/create', Buffer.alloc(5 * 1024 * 1024))).toMatchObject({ status: 0 })
    expect(await recorder.send('GET /version')).toMatchObject({ status: 200 })
  })

  it('gives up, and says why, when the gate gives no answer', async () => {
    using recorder = await start(() => {
      throw new Error('no gate')
    })
    expect(await recorder.send('GET /version')).toMatchObject({ status: 0 })
    await expect(recorder.over).rejects.toThrow('no gate')
    expect(recorder.looked).toEqual([])
  })
})
