import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import type { Api } from '../../../src/client/api.ts'
import { parseRun } from '../../../src/client/run-request.ts'
import { runCreated } from '../../../src/client/run.ts'
import { Failure } from '../../../src/failure.ts'

const done = { status: 204, headers: {}, body: Buffer.from('') }

/** An engine that does what it is told, and a terminal that has gone. */
it('removes a container whose terminal cannot be used, before it starts', async () => {
  const calls: string[] = []
  const api: Api = {
    version: 45,
    ask: () => Promise.resolve(undefined),
    reply: (method, path) => {
      calls.push(`${method} ${path}`)
      return Promise.resolve(done)
    },
    open: () => Promise.resolve(new IncomingMessage(new Socket())),
    hijack: () => Promise.resolve(new PassThrough()),
  }
  const gone = new Failure('settings', 'the terminal cannot be used', { hint: '' })
  const terminal = {
    stdin: () => new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    isInputTerminal: () => true,
    size: () => undefined,
    onResize: () => () => {},
    makeRaw: () => {
      throw gone
    },
  }
  const interruption = {
    early: new AbortController().signal,
    orStopped: <T>(work: Promise<T>) => work,
    insisted: new Promise<never>(() => {}),
    signal: () => undefined,
    hold: () => {},
    pass: () => {},
    stop: () => {},
  }
  const request = parseRun(['-it', 'busybox'])
  if (typeof request === 'string') throw new Error(request)
  await expect(runCreated(api, 'c1', request, { terminal, print: () => {} }, interruption)).rejects.toBe(gone)
  expect(calls).toEqual(['DELETE /containers/c1'])
})
