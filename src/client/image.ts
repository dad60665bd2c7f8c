import { Failure } from '../failure.ts'
import type { Engine, Reply } from '../host/http.ts'
import { buildApi, refusal, versionHeader, type Api } from './api.ts'
import { pullImage } from './pull.ts'
import { parseReference } from './reference.ts'
import { at, parseJson, textAt, textsAt } from './reply.ts'
import type { Pull } from './run-request.ts'

/** What a run needs to know of its image. */
export type Image = {
  readonly id: string
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly environment: readonly string[]
  readonly workdir: string
}

export type Wish = {
  readonly image: string
  readonly pull: Pull
  readonly notice: (line: string) => void
  readonly quiet: boolean
  readonly signal: AbortSignal
}

const askName = 'is the name right? it is REPOSITORY[:TAG] or REGISTRY/REPOSITORY[:TAG]'

/** The first request is this inspect: its answer's header tells the engine's newest API version, so there is no ping. */
export const findImage = async (engine: Engine, wish: Wish): Promise<{ readonly image: Image; readonly api: Api }> => {
  const { image, signal } = wish
  const reference = parseReference(image)
  const path = `/images/${image}/json`
  const first = await engine.ask('GET', path, { signal })
  if (first.status >= 400 && first.status !== 404) throw refusal(first)
  const api = buildApi(engine, versionHeader(first))
  if (first.status < 400 && wish.pull !== 'always') return { image: parseImage(first), api }
  if (wish.pull === 'never')
    throw new Failure('image', `${image}: no such image here`, { hint: 'leave out --pull never to have it pulled' })
  await pullImage(api, reference, wish)
  const second = await api.reply('GET', path, { signal })
  if (second.status === 404)
    throw new Failure('image', `${image}: no such image, and pulling did not bring it`, { hint: askName })
  if (second.status >= 400) throw refusal(second)
  return { image: parseImage(second), api }
}

const parseImage = ({ body }: Reply): Image => {
  const reply = parseJson(body.toString())
  const config = at(reply, 'Config')
  return {
    id: textAt(reply, 'Id') ?? '',
    entrypoint: textsAt(config, 'Entrypoint'),
    command: textsAt(config, 'Cmd'),
    environment: textsAt(config, 'Env'),
    workdir: textAt(config, 'WorkingDir') ?? '',
  }
}
