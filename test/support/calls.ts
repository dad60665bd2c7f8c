/** Calls by hand, as an account of the lab, to an engine that is there by the time they are made. */
import type { ApiAnswer } from './engine-api.ts'
import type { Engine } from './engine.ts'
import { createBody } from './requests.ts'

type Headers = Readonly<Record<string, string>>

export const idOf = ({ body }: ApiAnswer): string => (JSON.parse(body) as { Id: string }).Id

export const callsOf = (engine: () => Engine) => {
  const json = { 'Content-Type': 'application/json' }
  const post = (path: string, body: unknown, as = 'alice', headers: Headers = json): Promise<ApiAnswer> =>
    engine().apiAs(as, { method: 'POST', path, body: typeof body === 'string' ? body : JSON.stringify(body), headers })
  return {
    post,
    /** A POST without a body. */
    order: (path: string, as = 'alice'): Promise<ApiAnswer> =>
      engine().apiAs(as, { method: 'POST', path, headers: { 'Content-Length': '0' } }),
    /** The id of a new container that will sleep, with the identity of alice or bob. */
    make: async (hostConfig: object = {}, as = 'alice'): Promise<string> => {
      const { HostConfig, ...config } = createBody()
      const User = as === 'alice' ? '2001:2001' : '2002:2002'
      const body = { ...config, User, Cmd: ['sleep', '1000'], HostConfig: { ...HostConfig, ...hostConfig } }
      const answer = await post('/v1.41/containers/create', body, as)
      if (answer.status !== 201) throw new Error(`no container: ${answer.body}`)
      return idOf(answer)
    },
    clear: async (): Promise<void> => {
      for (const { Id } of await engine().containers())
        await engine().api({ method: 'DELETE', path: `/containers/${Id}?force=1` })
    },
  }
}
