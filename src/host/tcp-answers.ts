/** What listens on a TCP address says to somebody without a certificate: asked, since settings can say one thing and be another. */
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'

export type TcpAnswers = {
  readonly answersPlain: boolean
  readonly asksForCertificate: boolean
  /** TLS 1.1 or older. */
  readonly takesOldTls: boolean
  readonly offersHttp2: boolean
  /** SHA-256 of the certificate it shows. */
  readonly fingerprint: string | undefined
}

type Address = { readonly host: string; readonly port: number }

const patience = 5_000
const question = 'GET /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n'

/** Throws where nobody listens. */
export async function askTcp(address: Address): Promise<TcpAnswers> {
  const plain = await readAnswer(connectPlain(address))
  // Go's server says 400 to a client that speaks no TLS; whoever answers otherwise has understood.
  if (/^HTTP\/1\.[01] (?!400 )/.test(plain)) return { ...nothing, answersPlain: true }
  const [old, answer, offer] = await Promise.all([
    shakeHands(address, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }),
    readAnswer(connectTls({ ...address, ...anybody, ALPNProtocols: ['http/1.1'] }), 'secureConnect'),
    shakeHands(address, { ALPNProtocols: ['h2', 'http/1.1'] }),
  ])
  return {
    answersPlain: false,
    // In TLS 1.3 the client is through before the server has looked: what it answers then tells.
    asksForCertificate: !answer.startsWith('HTTP/'),
    takesOldTls: old.fingerprint !== undefined,
    offersHttp2: offer.protocol === 'h2',
    fingerprint: offer.fingerprint,
  }
}

const nothing = { asksForCertificate: false, takesOldTls: false, offersHttp2: false, fingerprint: undefined } as const
/** We look at who answers, and send nothing. */
const anybody = { rejectUnauthorized: false } as const

/** All that comes until the other end is through, or an error; what comes of a connection that cannot be made is thrown. */
const readAnswer = async (socket: Socket, event = 'connect'): Promise<string> =>
  await new Promise((resolve, reject) => {
    let text = ''
    socket.setTimeout(patience, () => socket.destroy())
    socket.once(event, () => socket.write(question))
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    socket.on('error', (error) => ('syscall' in error && error.syscall === 'connect' ? reject(error) : undefined))
    socket.on('close', () => resolve(text))
  })

type Hands = { readonly protocol: string | undefined; readonly fingerprint: string | undefined }

/** A server that wants a certificate has shown its own before it refuses; one that wants another version has not. */
const shakeHands = async (address: Address, options: ConnectionOptions): Promise<Hands> =>
  await new Promise((resolve) => {
    const socket: TLSSocket = connectTls({ ...address, ...anybody, ...options })
    const tell = () => {
      const protocol = typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : undefined
      resolve({ protocol, fingerprint: socket.getPeerX509Certificate()?.fingerprint256 })
      socket.destroy()
    }
    socket.setTimeout(patience, tell)
    socket.once('secureConnect', tell)
    socket.once('error', tell)
  })
