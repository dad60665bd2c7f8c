/** Questions straight to a gate's socket, as the engine asks them: over connections that are kept. */
import { Agent, request } from 'node:http'
import type { WireRequest, WireResponse } from '../../src/contract/authz.ts'

export type Question = {
  readonly path: '/AuthZPlugin.AuthZReq' | '/AuthZPlugin.AuthZRes'
  readonly wire: WireRequest
}

export const askGateway = async (socketPath: string, { path, wire }: Question, agent: Agent): Promise<WireResponse> =>
  await new Promise((resolve, reject) => {
    const call = request({ socketPath, agent, method: 'POST', path }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('error', reject)
      response.on('end', () => {
        try {
          resolve(JSON.parse(text) as WireResponse)
        } catch {
          reject(new Error(`no answer: ${text.slice(0, 100)}`))
        }
      })
    })
    call.on('error', reject)
    call.end(JSON.stringify(wire))
  })

/** As `questionOf` says from one number up to another, `concurrency` at a time. What was answered, by its number; or why it was not. */
export async function askMany(
  socket: string,
  questionOf: (index: number) => Question,
  { from = 0, to, concurrency }: { from?: number; to: number; concurrency: number },
): Promise<ReadonlyMap<number, WireResponse | Error>> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const answers = new Map<number, WireResponse | Error>()
  let next = from
  const askOn = async () => {
    while (next < to) {
      const index = next++
      answers.set(index, await askGateway(socket, questionOf(index), agent).catch((error: Error) => error))
    }
  }
  await Promise.all(Array.from({ length: concurrency }, askOn))
  agent.destroy()
  return answers
}
