/** Is a gate there, and does it answer? Asked as the engine asks, so that one that hangs is not called well. */
import { request } from 'node:http'

/** nobody: no socket, or nobody behind it. silent: somebody, who does not answer as a gate within five seconds. */
export type GateState = 'well' | 'silent' | 'nobody' | 'forbidden'

export async function askGate(path: string): Promise<GateState> {
  return await new Promise((resolve) => {
    const call = request({ socketPath: path, method: 'POST', path: '/Plugin.Activate', timeout: 5_000, agent: false })
    call.on('timeout', () => call.destroy(new Error('silent')))
    call.on('error', (error) => resolve(stateOf('code' in error ? String(error.code) : '')))
    call.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve(text === '{"Implements":["authz"]}' ? 'well' : 'silent'))
    })
    call.end()
  })
}

function stateOf(code: string): GateState {
  if (code === 'EACCES' || code === 'EPERM') return 'forbidden'
  return ['ENOENT', 'ECONNREFUSED', 'ENOTDIR'].includes(code) ? 'nobody' : 'silent'
}
