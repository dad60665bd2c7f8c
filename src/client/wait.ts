import type { IncomingMessage } from 'node:http'
import { Failure } from '../failure.ts'
import type { Api } from './api.ts'
import { messageOf } from './api.ts'
import { engineFailure } from '../host/engine-errors.ts'
import { numberAt, parseJson, textAt } from './reply.ts'

/** Settles when the engine has begun to wait, which its head tells; only then may the container be started. */
export const beginWait = async (
  api: Api,
  path: string,
  removed: boolean,
): Promise<{ readonly end: () => Promise<number> }> => {
  const query = { condition: removed ? 'removed' : 'next-exit' }
  const response = await api.open('POST', `${path}/wait`, { query })
  const status = response.statusCode ?? 0
  if (status >= 400)
    throw engineFailure(status, messageOf({ body: Buffer.from(await readText(response).catch(() => '')) }))
  return { end: () => readStatus(response) }
}

const readStatus = async (response: IncomingMessage): Promise<number> => {
  const reply = parseJson(await readText(response).catch(() => ''))
  const error = textAt(reply, 'Error', 'Message') ?? ''
  if (error !== '') throw engineFailure(0, error)
  const code = numberAt(reply, 'StatusCode')
  if (code === undefined)
    throw new Failure('engine-failed', 'the engine went away while the container ran', {
      hint: 'the container may still be there: docker ps -a',
    })
  return code
}

const readText = async (response: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk)
  return text
}
