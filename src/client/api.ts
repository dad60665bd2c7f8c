import type { Duplex } from 'node:stream'
import type { IncomingMessage } from 'node:http'
import { Failure } from '../failure.ts'
import { setTimeout as pause } from 'node:timers/promises'
import { engineFailure, turnsLeft } from '../host/engine-errors.ts'
import type { Engine, Options, Reply } from '../host/http.ts'
import { parseJson, textAt } from './reply.ts'

/** The engine's API at one version. What it refuses is thrown as a Failure; what it answers is JSON of unknown shape. */
export type Api = {
  /** The MINOR of the 1.MINOR that is spoken. */
  readonly version: number
  readonly ask: (method: string, path: string, options?: Options) => Promise<unknown>
  readonly reply: (method: string, path: string, options?: Options & { readonly limit?: number }) => Promise<Reply>
  readonly open: (method: string, path: string, options?: Options) => Promise<IncomingMessage>
  readonly hijack: (path: string, options?: Options) => Promise<Duplex>
}

type Wait = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>

const pauseFor: Wait = async (milliseconds, signal) => await pause(milliseconds, undefined, { signal })

export const buildApi = (engine: Engine, newest: string, wait: Wait = pauseFor): Api => {
  const version = chooseVersion(newest, engine.settings.env['DOCKER_API_VERSION'])
  const prefix = `/v${version}`
  const reply: Api['reply'] = async (method, path, options) =>
    await untilTaken(() => engine.ask(method, prefix + path, options), wait, options?.signal)
  return {
    version: minorOf(version) ?? 0,
    reply,
    ask: async (method, path, options) => {
      const answer = await reply(method, path, options)
      if (answer.status >= 400) throw refusal(answer)
      return parseJson(answer.body.toString())
    },
    open: (method, path, options) => engine.open(method, prefix + path, options),
    hijack: async (path, options) => {
      const answer = await untilTaken(() => engine.hijack(prefix + path, options), wait, options?.signal)
      if ('status' in answer) throw refusal(answer)
      return answer
    },
  }
}

/** A job array that starts hundreds at once waits for its turn, each a little longer than before and none in step, two minutes at most. */
const untilTaken = async <Answer extends Reply | Duplex>(
  ask: () => Promise<Answer>,
  wait: Wait,
  signal?: AbortSignal,
): Promise<Answer> => {
  for (let turn = 1, waited = 0; ; turn += 1) {
    const answer = await ask()
    if (!('status' in answer) || answer.status < 400) return answer
    if (turn > turnsLeft(answer.status, messageOf(answer)) || waited > 120_000) return answer
    const delay = Math.min(2_000, 150 * 1.5 ** turn) * (0.5 + Math.random())
    await wait(delay, signal)
    waited += delay
  }
}

export const messageOf = ({ body }: Pick<Reply, 'body'>): string => {
  const text = body.toString()
  return textAt(parseJson(text), 'message') ?? text
}

export const refusal = (reply: Reply): Failure => engineFailure(reply.status, messageOf(reply))

/**
 * Ours is written for 1.41 (engine 20.10) to 1.51 (28.5); newer engines serve those. From 1.47 on nothing changes in what is
 * sent or read here (moby docs/api/version-history.md). DOCKER_API_VERSION is taken at its word, as docker takes it.
 */
export const chooseVersion = (newest: string, wanted = ''): string => {
  const spoken = minorOf(newest)
  if (spoken === undefined)
    throw new Failure('engine-failed', 'what answers there is not a Docker engine', { hint: 'is DOCKER_HOST right?' })
  if (spoken < 41)
    throw new Failure('engine-failed', `the engine speaks API ${newest}, and 1.41 is needed (engine 20.10)`, {
      hint: 'tell the administrator',
    })
  if (wanted === '') return `1.${Math.min(51, spoken)}`
  const minor = minorOf(wanted.replace(/^v/, ''))
  if (minor === undefined || minor < 41 || minor > spoken)
    throw new Failure('settings', `DOCKER_API_VERSION=${wanted}: this engine is spoken to in 1.41 to ${newest}`, {
      hint: 'leave it out: the newest that both sides know is then taken',
    })
  return `1.${minor}`
}

/** Of 1.MINOR; undefined for what is no version of an engine. */
export const minorOf = (version: string): number | undefined => {
  const [, minor] = /^1\.([0-9]{1,4})$/.exec(version) ?? []
  return minor === undefined ? undefined : Number(minor)
}

export const versionHeader = ({ headers }: Reply): string => {
  const value = headers['api-version']
  return typeof value === 'string' ? value : ''
}
