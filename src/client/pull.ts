import type { IncomingMessage } from 'node:http'
import { Failure } from '../failure.ts'
import type { Api } from './api.ts'
import { messageOf } from './api.ts'
import { engineFailure } from '../host/engine-errors.ts'
import { openErrorScreen } from '../host/terminal.ts'
import type { PullEvent } from './progress.ts'
import type { Reference } from './reference.ts'
import { at, numberAt, parseJson, textAt } from './reply.ts'

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
  const show = quiet ? () => {} : await openShow(notice)
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
    const said = readEvent(event)
    if (said !== undefined) show(said)
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

/** `progress`, the bar as text, is on its way out of the API since 1.48; an engine that has it alone tells no numbers. */
const readEvent = (event: unknown): PullEvent | undefined => {
  const [id, status, detail] = [textAt(event, 'id'), textAt(event, 'status'), at(event, 'progressDetail')]
  if (status === undefined) return undefined
  const isWithin = (textAt(event, 'progress') ?? '') !== '' || at(detail, 'current') !== undefined
  const [current, total] = [numberAt(detail, 'current'), numberAt(detail, 'total')]
  const known = { isWithin, current, total, units: textAt(detail, 'units') }
  return { id, status, detail: detail !== undefined || isWithin ? known : undefined }
}

/** On a terminal, layers that move on; else plain lines, without what moves on within a layer, as docker has it. */
const openShow = async (notice: (line: string) => void): Promise<(event: PullEvent) => void> => {
  const screen = openErrorScreen()
  if (screen === undefined)
    return ({ id, status, detail }) => {
      if (detail?.isWithin !== true) notice(id === undefined ? status : `${id}: ${status}`)
    }
  const { drawProgress } = await import('./progress.ts')
  const draw = drawProgress()
  return (event) => screen.write(draw(event, screen.size()))
}

const pullFailure = (status: number, message: string, name: string): Failure => {
  const failure = engineFailure(status, message)
  return failure.code === 'engine-failed' && failure.message === message.trim()
    ? new Failure('image', message.includes(name) ? message : `${name}: ${message}`, {
        hint: 'is the name right, and may the engine pull it?',
      })
    : failure
}
