import type { IncomingMessage } from 'node:http'
import { Failure } from '../failure.ts'
import type { Api } from './api.ts'
import { messageOf } from './api.ts'
import { engineFailure } from '../host/engine-errors.ts'
import type { Reference } from './reference.ts'
import { at, parseJson, textAt } from './reply.ts'

type Wish = {
  readonly notice: (line: string) => void
  readonly quiet: boolean
  readonly signal: AbortSignal
  readonly platform?: string | undefined
  /** The X-Registry-Auth, which is secret. */
  readonly credentials?: string | undefined
}

/** Pulls one image. The answer is 200 before the pull is done: an error comes as a line of the stream. */
export const pullImage = async (
  api: Api,
  { name, tag }: Reference,
  { notice, quiet, signal, platform = '', credentials }: Wish,
): Promise<void> => {
  const response = await api.open('POST', '/images/create', {
    query: { fromImage: name, tag, ...(platform === '' ? {} : { platform: platform.toLowerCase() }) },
    ...(credentials === undefined ? {} : { headers: { 'X-Registry-Auth': credentials } }),
    signal,
  })
  const status = response.statusCode ?? 0
  let text = ''
  for await (const line of readLines(response)) {
    if (status >= 400) text += line
    else take(line)
  }
  if (status >= 400) throw pullFailure(status, messageOf({ body: Buffer.from(text) }), name)
  if (!response.complete)
    throw new Failure('image', `${name}:${tag}: the engine broke off while pulling`, {
      hint: 'try again; if it goes on, tell the administrator',
    })

  function take(line: string) {
    const event = parseJson(line)
    const error = textAt(event, 'errorDetail', 'message') ?? textAt(event, 'error')
    if (error !== undefined) throw pullFailure(0, error, name)
    const progress = describe(event)
    if (!quiet && progress !== undefined) notice(progress)
  }
}

/** The lines as far as they came: whether all did, `complete` tells. */
async function* readLines(response: IncomingMessage): AsyncGenerator<string> {
  let rest = ''
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      const lines = (rest + String(chunk)).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch {
    return
  }
  yield rest
}

/**
 * Plain lines: what moves on within a layer is left out, as docker does where there is no terminal. `progress` is on its way
 * out of the API since 1.48.
 */
const describe = (event: unknown): string | undefined => {
  const [id, status, progress] = [textAt(event, 'id'), textAt(event, 'status'), textAt(event, 'progress') ?? '']
  if (status === undefined || progress !== '' || at(event, 'progressDetail', 'current') !== undefined) return undefined
  return id === undefined ? status : `${id}: ${status}`
}

const pullFailure = (status: number, message: string, name: string): Failure => {
  const failure = engineFailure(status, message)
  return failure.code === 'engine-failed' && failure.message === message.trim()
    ? new Failure('image', message.includes(name) ? message : `${name}: ${message}`, {
        hint: 'is the name right, and may the engine pull it?',
      })
    : failure
}
