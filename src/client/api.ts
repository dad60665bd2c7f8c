import type { Duplex } from 'node:stream'
import type { IncomingMessage } from 'node:http'
import { Failure } from '../failure.ts'
import { engineFailure } from '../host/engine-errors.ts'
import type { Engine, Options, Reply } from '../host/http.ts'
import { parseJson, textAt } from './reply.ts'

/** The engine's API at one version. What it refuses is thrown as a Failure; what it answers is JSON of unknown shape. */
export type Api = {
  readonly ask: (method: string, path: string, options?: Options) => Promise<unknown>
  readonly reply: (method: string, path: string, options?: Options & { readonly limit?: number }) => Promise<Reply>
  readonly open: (method: string, path: string, options?: Options) => Promise<IncomingMessage>
  readonly hijack: (path: string, options?: Options) => Promise<Duplex>
}

export const buildApi = (engine: Engine, newest: string): Api => {
  const prefix = `/v${chooseVersion(newest)}`
  const reply: Api['reply'] = (method, path, options) => engine.ask(method, prefix + path, options)
  return {
    reply,
    ask: async (method, path, options) => {
      const answer = await reply(method, path, options)
      if (answer.status >= 400) throw refusal(answer)
      return parseJson(answer.body.toString())
    },
    open: (method, path, options) => engine.open(method, prefix + path, options),
    hijack: async (path, options) => {
      const answer = await engine.hijack(prefix + path, options)
      if ('status' in answer) throw refusal(answer)
      return answer
    },
  }
}

export const messageOf = ({ body }: Pick<Reply, 'body'>): string => {
  const text = body.toString()
  return textAt(parseJson(text), 'message') ?? text
}

export const refusal = (reply: Reply): Failure => engineFailure(reply.status, messageOf(reply))

/** Ours is written for 1.41 (engine 20.10) to 1.47 (27); newer engines serve those. */
export const chooseVersion = (newest: string): string => {
  const [, minor] = /^1\.([0-9]{1,4})$/.exec(newest) ?? []
  if (minor === undefined)
    throw new Failure('engine-failed', 'what answers there is not a Docker engine', { hint: 'is DOCKER_HOST right?' })
  if (Number(minor) < 41)
    throw new Failure('engine-failed', `the engine speaks API ${newest}, and 1.41 is needed (engine 20.10)`, {
      hint: 'tell the administrator',
    })
  return `1.${Math.min(47, Number(minor))}`
}

export const versionHeader = ({ headers }: Reply): string => {
  const value = headers['api-version']
  return typeof value === 'string' ? value : ''
}
