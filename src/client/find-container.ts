import { ownerLabel, sessionLabel } from '../contract/labels.ts'
import type { Account } from '../contract/identity.ts'
import { Failure } from '../failure.ts'
import type { Engine } from '../host/http.ts'
import { buildApi, refusal, versionHeader, type Api } from './api.ts'
import type { CallerEnvironment } from './environment.ts'
import { parseJson, textAt, textsAt } from './reply.ts'
import { readSession } from './session.ts'

export type Found = { readonly api: Api; readonly id: string; readonly environment: readonly string[] }
type Asking = { readonly account: Promise<Account>; readonly env: CallerEnvironment; readonly signal: AbortSignal }

/** By name, id or the beginning of one; without, the one container that this job or shell session has running. */
export const findContainer = async (engine: Engine, container: string | undefined, asking: Asking): Promise<Found> => {
  const { signal } = asking
  const reference = container ?? (await findOnly(engine, asking))
  const reply = await engine.ask('GET', `/containers/${reference}/json`, { signal })
  if (reply.status === 404)
    throw new Failure('usage', `no such container: ${reference}`, { hint: 'docker ps lists what runs' })
  if (reply.status >= 400) throw refusal(reply)
  const facts = parseJson(reply.body.toString())
  const api = buildApi(engine, versionHeader(reply))
  return { api, id: textAt(facts, 'Id') ?? '', environment: textsAt(facts, 'Config', 'Env') }
}

const findOnly = async (engine: Engine, { account, env, signal }: Asking): Promise<string> => {
  const { login } = await account
  const label = [`${ownerLabel}=${login}`, `${sessionLabel}=${readSession(env) ?? ''}`]
  const query = { filters: JSON.stringify({ label, status: ['running'] }) }
  const reply = await engine.ask('GET', '/containers/json', { query, signal })
  if (reply.status >= 400) throw refusal(reply)
  const found = parseJson(reply.body.toString())
  const ids = Array.isArray(found) ? found.map((each: unknown) => textAt(each, 'Id') ?? '') : []
  const [id] = ids
  if (id !== undefined && ids.length === 1) return id
  const what = env['SLURM_JOB_ID'] === undefined ? 'shell session' : 'job'
  const count = id === undefined ? 'no container' : `${ids.length} containers`
  throw new Failure('usage', `this ${what} has ${count} running: name one`, { hint: 'docker ps lists what runs' })
}
