/** Asks the running gate on its own socket, which is root's alone, what it would answer and why. */
import { request } from 'node:http'
import type { WireRequest } from '../contract/authz.ts'
import { Failure } from '../failure.ts'
import type { Explanation } from '../policy/explanation.ts'

export type Explain = (wire: WireRequest) => Promise<Explanation>

/** The gate gives up after 15 seconds. */
const patience = 20_000

export const openExplain =
  (socket: string): Explain =>
  async (wire) => {
    const answer = await post(socket, JSON.stringify(wire))
    if (!isExplanation(answer))
      throw new Failure('settings', `the gate on ${socket} gave no explanation`, {
        hint: 'its log says why; an older gate explains nothing: restart dockerrun-authz after an update',
      })
    return answer
  }

async function post(socketPath: string, body: string): Promise<unknown> {
  const text = await new Promise<string>((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
    const options = { socketPath, method: 'POST', path: '/Dockerrun.Explain', headers, agent: false, timeout: patience }
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

/** The gate is root's own and of this package; an older one answers something else. */
const isExplanation = (value: unknown): value is Explanation =>
  typeof value === 'object' && value !== null && 'verdict' in value && 'objections' in value && 'sections' in value
