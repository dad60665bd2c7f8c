import { once } from 'node:events'
import type { Duplex, Readable, Writable } from 'node:stream'
import { demultiplex } from './demux.ts'
import { watchDetachKeys } from './detach-keys.ts'

/** Carries the streams of a hijacked connection, each way, at the pace of whoever reads. */

export type Streams = {
  readonly stdin: Readable | undefined
  readonly stdout: Writable
  readonly stderr: Writable
  readonly tty: boolean
}

/** ended: all there was has been written. detached: the user typed the detach keys. lost: the connection broke. closed: our reader left (EPIPE). */
export type End = 'ended' | 'detached' | 'lost' | 'closed'

export const carry = async (socket: Duplex, { stdin, stdout, stderr, tty }: Streams): Promise<End> => {
  const hasDetached = stdin === undefined ? () => false : feed(stdin, socket, tty)
  const write = { stdout: writer(stdout), stderr: writer(stderr) }
  const split = tty ? (data: Buffer) => [{ stream: 'stdout' as const, data }] : demultiplex()
  try {
    for await (const chunk of socket) {
      const bytes: Buffer = chunk
      for (const { stream, data } of split(bytes)) await write[stream](data)
    }
    return hasDetached() ? 'detached' : 'ended'
  } catch (error) {
    return error instanceof ReaderLeft ? 'closed' : 'lost'
  } finally {
    stdin?.unpipe(socket)
    stdin?.destroy()
    socket.destroy()
  }
}

/** End of input closes our half alone, so that `echo hi | dockerrun -i busybox cat` still hears the answer. */
const feed = (stdin: Readable, socket: Duplex, tty: boolean): (() => boolean) => {
  const watch = watchDetachKeys()
  if (tty) stdin.on('data', watch.see)
  stdin.on('error', () => socket.end())
  stdin.pipe(socket)
  return watch.seen
}

class ReaderLeft extends Error {}

const writer = (out: Writable): ((data: Buffer) => Promise<void>) => {
  let hasLeft = false
  out.on('error', () => {
    hasLeft = true
  })
  return async (data) => {
    if (hasLeft) throw new ReaderLeft()
    if (out.write(data)) return
    try {
      await once(out, 'drain')
    } catch {
      throw new ReaderLeft()
    }
  }
}
