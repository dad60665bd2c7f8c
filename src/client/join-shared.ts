import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../failure.ts'
import { startFailure } from '../host/engine-errors.ts'
import type { Reply } from '../host/http.ts'
import { messageOf, refusal, type Api } from './api.ts'
import type { CreateBody } from './create-body.ts'
import { at, parseJson, textAt } from './reply.ts'

/**
 * The shared container of a step: made by whichever task is first, started by any, entered by all. No lock: the engine gives a
 * name once, and starts a container once; a task that finds it gone meanwhile begins again.
 */

export type Shared = {
  readonly query: Readonly<Record<string, string>> & { readonly name: string }
  readonly shared: CreateBody
  readonly exec: unknown
}

/** The container, and the way to an exec in it that is made and not started. */
export type Entered = { readonly id: string; readonly path: string }

/** Longer than the engine needs to remove one container and make the next, on a node where 64 tasks ask at once. */
const patience = 60_000

export const enterShared = async (api: Api, wish: Shared, signal: AbortSignal): Promise<Entered> => {
  const end = Date.now() + patience
  let starts = 0
  for (let turn = 0; ; turn += 1) {
    const entered = await enterOnce(api, wish)
    if ('path' in entered) return entered
    if (entered.hasStarted) starts += 1
    if (starts > 3) throw endsAtOnce()
    if (Date.now() > end) throw notShared(wish.query.name, entered)
    await pause(Math.min(1_000, 20 * 1.5 ** turn) * (0.5 + Math.random()), undefined, { signal })
  }
}

/** What was refused because the container was not there yet, or no more. */
type Missed = { readonly refused: Reply; readonly hasStarted: boolean }

const enterOnce = async (api: Api, { query, shared, exec }: Shared): Promise<Entered | Missed> => {
  const found = await makeOrFind(api, query, shared)
  if ('refused' in found) return found
  const { id } = found
  const started = await api.reply('POST', `/containers/${id}/start`)
  if (started.status >= 400) {
    if (await wasGone(api, id, started)) return { refused: started, hasStarted: false }
    throw startFailure(started.status, messageOf(started))
  }
  const made = await api.reply('POST', `/containers/${id}/exec`, { json: exec })
  if (made.status < 400) return { id, path: `/exec/${textAt(parseJson(made.body.toString()), 'Id') ?? ''}` }
  if ((await stateOf(api, id)) === 'running') throw refusal(made)
  return { refused: made, hasStarted: started.status === 204 }
}

const makeOrFind = async (
  api: Api,
  query: Shared['query'],
  shared: CreateBody,
): Promise<{ readonly id: string } | Missed> => {
  const made = await api.reply('POST', '/containers/create', { query, json: shared })
  if (made.status < 400) return { id: textAt(parseJson(made.body.toString()), 'Id') ?? '' }
  if (!isTaken(made)) throw refusal(made)
  const found = await api.reply('GET', `/containers/${query.name}/json`)
  const id = textAt(parseJson(found.body.toString()), 'Id')
  return found.status < 400 && id !== undefined ? { id } : { refused: found, hasStarted: false }
}

/** 409 is the engine's; the gate says so before it, in these words (src/policy/names.ts: nameInUse). */
const isTaken = (reply: Reply): boolean =>
  reply.status === 409 || (reply.status === 403 && /\bthe container name \S+ is in use\b/.test(messageOf(reply)))

/**
 * The engine has no such container any more (404), or is removing it (409, moby daemon/start.go); the gate knows none of ours
 * (403). One that cannot be started for another reason is gone afterwards too, by --rm: that reason is told.
 */
const wasGone = async (api: Api, id: string, { status }: Reply): Promise<boolean> =>
  status === 404 || status === 409 || (status === 403 && (await stateOf(api, id)) === 'gone')

const stateOf = async (api: Api, id: string): Promise<'running' | 'there' | 'gone'> => {
  const found = await api.reply('GET', `/containers/${id}/json`)
  if (found.status >= 400) return 'gone'
  return at(parseJson(found.body.toString()), 'State', 'Running') === true ? 'running' : 'there'
}

/** A moment long the name of one's own is nobody's, while it is made or removed: whoever keeps it longer is somebody else. */
const notShared = (name: string, { refused }: Missed): Failure => {
  const why = refusal(refused).message
  return new Failure('engine-failed', `--join: the container ${name} cannot be shared: ${why}`, {
    hint: "leave --join out; if the name is another user's, tell the administrator",
  })
}

const endsAtOnce = (): Failure =>
  new Failure('image', '--join: the container ends as soon as it has started', {
    hint: 'it is kept by a shell script: the image needs sleep(1) besides /bin/sh',
  })
