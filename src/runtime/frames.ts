/** The wire between dockerrun-runtime and dockerrun-authz: four bytes of length, then fields with a NUL between them. */
import type { Socket } from 'node:net'

/** A spec of a megabyte would be an odd one. */
const largest = 16 * 1024 * 1024

export type Fields = readonly (string | Uint8Array)[]

export function writeFrame(socket: Socket, fields: Fields): void {
  const parts = fields.flatMap((field, index) => (index === 0 ? [toBytes(field)] : [separator, toBytes(field)]))
  const body = Buffer.concat(parts)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  socket.write(Buffer.concat([length, body]))
}

const separator = Buffer.from([0])
const toBytes = (field: string | Uint8Array): Buffer =>
  typeof field === 'string' ? Buffer.from(field) : Buffer.from(field)

/** A frame's word, and what comes behind it. Throws where the other side ends, or says too much. */
export async function* readFrames(socket: Socket): AsyncGenerator<{ readonly word: string; readonly rest: Buffer }> {
  let held = Buffer.alloc(0)
  for await (const chunk of socket) {
    held = Buffer.concat([held, toBuffer(chunk)])
    while (held.length >= 4) {
      const size = held.readUInt32BE()
      if (size > largest) throw new Error('a frame is too large')
      if (held.length < 4 + size) break
      const body = held.subarray(4, 4 + size)
      held = held.subarray(4 + size)
      const end = body.indexOf(0)
      yield end < 0
        ? { word: body.toString(), rest: Buffer.alloc(0) }
        : { word: body.subarray(0, end).toString(), rest: body.subarray(end + 1) }
    }
  }
}

function toBuffer(chunk: unknown): Buffer {
  if (!Buffer.isBuffer(chunk)) throw new TypeError('not bytes')
  return chunk
}
