/** A question to the running gate on its own socket, which is root's alone. */
import { request } from 'node:http'
import { Failure } from '../failure.ts'

/** The gate gives up after 15 seconds. */
const patience = 20_000

/** Undefined where the answer is no JSON. Throws a Failure where nobody answers. */
export async function askGate(socketPath: string, path: string, question: object): Promise<unknown> {
  const body = JSON.stringify(question)
  const text = await new Promise<string>((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
    const options = { socketPath, method: 'POST', path, headers, agent: false, timeout: patience }
    const call = request(options, (response) => {
      let answer = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
      response.on('error', reject).on('end', () => resolve(answer))
    })
    call.on('timeout', () => call.destroy(new Error('it does not answer')))
    call.on('error', reject)
    call.end(body)
  }).catch((error: unknown) => {
    throw unreachable(socketPath, error)
  })
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unreachable(socket: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'EACCES' || code === 'EPERM')
    return new Failure('settings', `${socket} may not be opened by you`, { hint: 'ask as root' })
  return new Failure('settings', `no gate answers on ${socket}`, {
    hint: 'start dockerrun-authz, or say where its socket is: --socket PATH',
  })
}
