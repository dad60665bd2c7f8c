import { Failure } from '../failure.ts'
import type { Engine, Reply } from '../host/http.ts'
import { buildApi, chooseVersion, minorOf, refusal, versionHeader, type Api } from './api.ts'
import { formatPlatform, isForPlatform, parsePlatform, type Platform } from './platform.ts'
import { pullImage } from './pull.ts'
import { parseReference, registryOf } from './reference.ts'
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
  /** As --platform has it. */
  readonly platform?: string | undefined
}

const askName = 'is the name right? it is REPOSITORY[:TAG] or REGISTRY/REPOSITORY[:TAG]'

/**
 * The first request is this inspect: its answer's header tells the engine's newest API version, so there is no ping. An image
 * of another platform than is asked for is none (docker/cli create.go: the engine's 404 makes docker pull).
 */
export const findImage = async (engine: Engine, wish: Wish): Promise<{ readonly image: Image; readonly api: Api }> => {
  const { image, signal } = wish
  const reference = parseReference(image)
  const platform = wish.platform === undefined || wish.platform === '' ? undefined : parsePlatform(wish.platform)
  const path = `/images/${image}/json`
  const options = { signal, ...(platform === undefined ? {} : { query: { platform: JSON.stringify(platform) } }) }
  const first = await engine.ask('GET', path, options)
  if (first.status >= 400 && first.status !== 404) throw refusal(first)
  const newest = versionHeader(first)
  const api = buildApi(engine, newest)
  if (wish.pull !== 'always' && isThere(first, platform, newest)) return { image: parseImage(first), api }
  const here = platform === undefined ? '' : ` for ${formatPlatform(platform)}`
  if (wish.pull === 'never')
    throw new Failure('image', `${image}: no such image here${here}`, {
      hint: 'leave out --pull never to have it pulled',
    })
  const { readCredentials } = await import('./credentials.ts')
  const credentials = await readCredentials(registryOf(reference), engine.settings, signal)
  await pullImage(api, reference, { ...wish, credentials })
  const second = await api.reply('GET', path, options)
  if (second.status >= 400 && second.status !== 404) throw refusal(second)
  if (!isThere(second, platform, chooseVersion(newest, engine.settings.env['DOCKER_API_VERSION'])))
    throw new Failure('image', `${image}: no such image${here}, and pulling did not bring it`, {
      hint: platform === undefined ? askName : 'it is there for other platforms at most: leave --platform out',
    })
  return { image: parseImage(second), api }
}

/** From 1.49 on the engine itself looks for the platform, and knows better: an image may tell a wrong one of itself. */
const isThere = ({ status, body }: Reply, platform: Platform | undefined, version: string): boolean => {
  if (status >= 400) return false
  if (platform === undefined || (minorOf(version) ?? 0) >= 49) return true
  const reply = parseJson(body.toString())
  const [os = 'linux', architecture = '', variant = ''] = ['Os', 'Architecture', 'Variant'].map((key) =>
    textAt(reply, key),
  )
  return isForPlatform(platform, { os, architecture, variant })
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
