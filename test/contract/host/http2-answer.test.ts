/** Whether a socket speaks HTTP/2 unasked, which no engine before 29.2 does (K06). */
import { createServer as createPlain } from 'node:http'
import { createServer as createHttp2 } from 'node:http2'
import { createServer as createNet, type Server } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { speaksHttp2 } from '../../../src/host/http2-answer.ts'
import { makeFolder } from '../../support/folder.ts'

const servers: readonly { readonly name: string; readonly open: () => Server; readonly speaks: boolean }[] = [
  { name: 'a server of HTTP/2', open: () => createHttp2(), speaks: true },
  { name: 'a server of HTTP/1', open: () => createPlain((_, response) => void response.end()), speaks: false },
  { name: 'one that hangs up', open: () => createNet((socket) => socket.destroy()), speaks: false },
  {
    name: 'one that answers with the frame of another type',
    open: () => createNet((socket) => void socket.end(Buffer.from([0, 0, 0, 6, 0, 0, 0, 0, 0]))),
    speaks: false,
  },
]

it.for(servers)('$name: $speaks', async ({ open, speaks }) => {
  using folder = makeFolder()
  const path = join(folder.path, 'socket')
  const server = open()
  await new Promise<void>((resolve) => server.listen(path, () => resolve()))
  try {
    expect(await speaksHttp2(path)).toBe(speaks)
  } finally {
    server.close()
  }
})

it('throws where nobody listens', async () => {
  using folder = makeFolder()
  await expect(speaksHttp2(join(folder.path, 'socket'))).rejects.toThrow('ENOENT')
})
