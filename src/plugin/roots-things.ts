/** What gate 2 has to know of administrators' containers: which ones there are, and that a build is under way. */
import type { WireRequest } from '../contract/authz.ts'
import { parseJson } from '../contract/json.ts'
import type { Caller } from '../policy/facts.ts'
import { textAt } from '../policy/fields.ts'
import type { World } from './gather.ts'
import type { Records } from './records.ts'

/** A build whose end nobody has told of is over after this long (milliseconds). */
const longest = 12 * 60 * 60_000

/** Builds of the classic builder make containers without a request (moby builder/dockerfile). */
export class Builds {
  #running: number[] = []

  begin(now: number): void {
    this.#running.push(now)
  }

  end(): void {
    this.#running.shift()
  }

  isAny(now: number): boolean {
    this.#running = this.#running.filter((begun) => now - begun < longest)
    return this.#running.length > 0
  }
}

/** BuildKit's builds (version=2) make none of the engine's containers. */
const isBuild = (wire: WireRequest): boolean =>
  isCall(wire, '/build') && new URLSearchParams(wire.RequestUri?.split('?')[1]).get('version') !== '2'

/** What a build makes is held against what the engine gives a container. Throws where the engine does not answer. */
export async function prepareBuild(
  wire: WireRequest,
  { kind }: Caller,
  { engine, prepareRuntime }: Pick<World, 'engine' | 'prepareRuntime'>,
): Promise<void> {
  if (kind !== 'administrator' || !isBuild(wire)) return
  const { guard } = await engine.readNature()
  if (guard !== undefined) await prepareRuntime(guard)
}

/** By the path alone: administrators may use clients of any age. */
const isCall = ({ RequestMethod, RequestUri = '' }: WireRequest, path: string): boolean =>
  RequestMethod === 'POST' && new RegExp(`^(?:/v[0-9.]+)?${path}(?:\\?|$)`).test(RequestUri)

export function noteRootsRequest(wire: WireRequest, { kind }: Caller, builds: Builds, now: number): void {
  if (kind === 'administrator' && isBuild(wire)) builds.begin(now)
}

/** Before its client hears of it. */
export function noteRootsResponse(wire: WireRequest, caller: Caller, records: Records, builds: Builds): void {
  if (caller.kind !== 'administrator') return
  if (isBuild(wire)) builds.end()
  if (!isCall(wire, '/containers/create') || wire.ResponseStatusCode !== 201) return
  const answer = parseJson(Buffer.from(wire.ResponseBody ?? '', 'base64'))
  const id = 'value' in answer ? textAt(answer.value, 'Id') : ''
  if (id !== '') records.put(rootsRecord(id, caller.name))
}

/** Of a container that gate 2 lets through as it is. */
export const rootsRecord = (id: string, login: string) =>
  ({ id, name: '', owner: 0, login, image: '', ids: 'own', binds: [], phase: 'started' }) as const
