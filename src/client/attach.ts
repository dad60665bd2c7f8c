import { Transform, type Duplex, type Readable, type Writable } from 'node:stream'
import { Failure } from '../failure.ts'
import { demultiplex } from './demux.ts'
import { usualKeys, watchDetachKeys, type DetachWatch } from './detach-keys.ts'

/** Carries the streams of a hijacked connection, each way, at the pace of whoever reads. */

export type Streams = {
  readonly stdin: Readable | undefined
  readonly stdout: Writable
  readonly stderr: Writable
  readonly tty: boolean
  /** Those that detach, as they are typed at a terminal; docker's own where there are none. */
  readonly keys?: readonly number[]
}

/** ended: all there was has been written. detached: the user typed the detach keys. lost: the connection broke. closed: our reader left (EPIPE). */
export type End = 'ended' | 'detached' | 'lost' | 'closed'

export const carry = async (
  socket: Duplex,
  { stdin, stdout, stderr, tty, keys = usualKeys }: Streams,
  hold: (writer: Writer) => Writer = (writer) => writer,
): Promise<End> => {
  const hasDetached = stdin === undefined ? () => false : feed(stdin, socket, tty ? keys : undefined)
  const writers = { stdout: hold(openWriter(stdout)), stderr: openWriter(stderr) }
  const split = tty ? (data: Buffer) => [{ stream: 'stdout' as const, data }] : demultiplex()
  try {
    for await (const chunk of socket) {
      const bytes: Buffer = chunk
      for (const { stream, data } of split(bytes)) await writers[stream].write(data)
    }
    await Promise.all([writers.stdout.flush(), writers.stderr.flush()])
    return hasDetached() ? 'detached' : 'ended'
  } catch (error) {
    return hasDetached() ? 'detached' : error instanceof ReaderLeft ? 'closed' : 'lost'
  } finally {
    stdin?.unpipe()
    stdin?.destroy()
    socket.destroy()
  }
}

/** Nothing is known of what came after: that is no success, whatever the command's status. */
export const connectionLost = (): Failure =>
  new Failure('engine-failed', 'the connection to the engine was lost, and with it output of the command', {
    hint: 'the command may still run: docker ps lists what does',
  })

/** End of input closes our half alone, so that `echo hi | dockerrun -i busybox cat` still hears the answer. */
const feed = (stdin: Readable, socket: Duplex, keys: readonly number[] | undefined): (() => boolean) => {
  stdin.on('error', () => socket.end())
  if (keys === undefined) {
    stdin.pipe(socket)
    return () => false
  }
  const watch = watchDetachKeys(keys)
  stdin.pipe(openGate(watch)).pipe(socket)
  socket.once('finish', () => {
    if (watch.seen()) socket.destroy()
  })
  return watch.seen
}

/** Ends with the detach keys, when all that was typed before them has passed. */
const openGate = ({ pass, rest, seen }: DetachWatch): Transform => {
  const gate = new Transform({
    transform: (typed: Buffer, _, done) => {
      if (!seen()) gate.push(pass(typed))
      if (seen()) gate.push(null)
      done()
    },
    flush: (done) => done(null, rest()),
  })
  return gate
}

class ReaderLeft extends Error {}

export type Writer = {
  /** Waits where more was written than is kept ahead of the reader. */
  readonly write: (data: Buffer) => Promise<void>
  /** Waits until all of it has left: a process that exits takes along what it keeps, a pipe's worth for a slow reader. */
  readonly flush: () => Promise<void>
}

const openWriter = (out: Writable): Writer => {
  let written: Promise<void> = Promise.resolve()
  out.on('error', () => {})
  return {
    write: async (data) => {
      const { isRoom, done } = put(out, data)
      written = done
      if (!isRoom) await done
    },
    flush: () => written,
  }
}

/** A write is done when it and all before it have left. */
const put = (out: Writable, data: Buffer): { readonly isRoom: boolean; readonly done: Promise<void> } => {
  let isRoom = false
  const done = new Promise<void>((resolve, reject) => {
    isRoom = out.write(data, (error) => (error == null ? resolve() : reject(new ReaderLeft())))
  })
  // Who waits hears of it; a failure nobody waits for is told by the next write.
  done.catch(() => {})
  return { isRoom, done }
}
