/** Questions straight to a gate's socket, as the engine asks them: over connections that are kept. */
import { Agent, request } from 'node:http'
import type { WireRequest, WireResponse } from '../../src/contract/authz.ts'

export type Question = {
  readonly path: '/AuthZPlugin.AuthZReq' | '/AuthZPlugin.AuthZRes'
  readonly wire: WireRequest | object
}

export type Answers = { readonly allowed: number; readonly denied: number; readonly lost: readonly string[] }

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

/** `count` questions, `concurrency` at a time; `questionOf` says which is the nth. */
export async function askMany(
  socket: string,
  { count, concurrency, questionOf }: { count: number; concurrency: number; questionOf: (index: number) => Question },
): Promise<Answers> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const lost: string[] = []
  let [next, allowed, denied] = [0, 0, 0]
  const askOn = async () => {
    while (next < count) {
      const index = next++
      try {
        const { Allow } = await askGateway(socket, questionOf(index), agent)
        if (Allow) allowed += 1
        else denied += 1
      } catch (error) {
        lost.push(`${index}: ${String(error)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, askOn))
  agent.destroy()
  return { allowed, denied, lost }
}
