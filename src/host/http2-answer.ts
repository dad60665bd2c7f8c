/** Whether a unix socket speaks HTTP/2 to who does so first (RFC 9113, 3.3): engines from 29.2 on serve gRPC that way (K06). */
import { connect } from 'node:net'

const patience = 3_000
const settingsFrame = 4
/** The preface, and an empty SETTINGS frame. */
const greeting = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, settingsFrame, 0, 0, 0, 0, 0]),
])

/** Throws where nobody listens. An engine that speaks HTTP/1 alone answers 400, or nothing. */
export const speaksHttp2 = async (path: string): Promise<boolean> =>
  await new Promise((resolve, reject) => {
    const socket = connect({ path })
    let answer = Buffer.alloc(0)
    socket.setTimeout(patience, () => socket.destroy())
    socket.once('connect', () => socket.write(greeting))
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk])
      // The length, then the type; the letters HTTP of an answer are no such frame.
      if (answer.length >= 9) socket.destroy()
    })
    socket.on('error', (error) => ('syscall' in error && error.syscall === 'connect' ? reject(error) : undefined))
    socket.on('close', () =>
      resolve(answer.length >= 9 && !answer.toString('latin1').startsWith('HTTP/') && answer[3] === settingsFrame),
    )
  })
