/** Two create requests, brought into one form: what says the same as nothing is left out, and the known rewrites are done. */
import type { Recorded } from '../../support/recorder.ts'
import { bodyOf, rewrites, type Body } from './rewrites.ts'

/** What says the same as nothing at all. */
const isNothing = (key: string, value: unknown): boolean => {
  if (['Init', 'StopTimeout'].includes(key)) return value === null || value === undefined
  if (key === 'MemorySwappiness' && value === -1) return true
  if (key === 'NetworkMode' && value === 'default') return true
  if (key === 'RestartPolicy' && JSON.stringify(value) === '{"Name":"no"}') return true
  if (key === 'ConsoleSize') return JSON.stringify(value) === '[0,0]'
  if (value === null || value === undefined || value === '' || value === 0 || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0 && !['Entrypoint'].includes(key)
}
const kept = new Set(['Tmpfs', 'Volumes', 'Labels', 'ExposedPorts', 'PortBindings'])
/** Of a map the keys say something, whatever their values. */
export const prune = (value: unknown, isMap = false): unknown => {
  if (Array.isArray(value)) return value.map((each: unknown) => prune(each))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(
    ([key, each]) => [key, prune(each, kept.has(key) || key === 'EndpointsConfig')] as const,
  )
  return Object.fromEntries(entries.filter(([key, each]) => isMap || !isNothing(key, each)))
}

const plain = (recorded: Recorded): { readonly query: unknown; readonly body: Body } => {
  const body = bodyOf(structuredClone(recorded.body))
  const env: unknown = body['Env']
  if (Array.isArray(env)) body['Env'] = env.map(String).toSorted()
  delete body['Image']
  const endpoints = bodyOf(bodyOf(body['NetworkingConfig'])['EndpointsConfig'])
  if (isNothing('', prune(endpoints['default']))) delete endpoints['default']
  return { query: recorded.query, body }
}

export const normalize = (docker: Recorded, mine: Recorded): readonly [unknown, unknown] => {
  const [one, other] = [plain(docker), plain(mine)]
  for (const { apply } of rewrites) apply(one.body, other.body)
  // The engine mounts by the depth of targets, whatever the order.
  for (const { body } of [one, other]) {
    const host = bodyOf(body['HostConfig'])
    for (const key of ['Mounts', 'Binds']) host[key] = sorted(host[key])
  }
  return [prune(one), prune(other)]
}

const sorted = (list: unknown): unknown => (Array.isArray(list) ? list.toSorted(byPlace) : list)
const byPlace = (one: unknown, other: unknown): number => placeOf(one).localeCompare(placeOf(other))
const placeOf = (mount: unknown): string =>
  JSON.stringify([bodyOf(mount)['Target'], bodyOf(mount)['Source'], textOf(prune(mount))])

/** With its keys in one order. */
const textOf = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? `{${Object.entries(value)
        .map(([key, each]) => `${key}:${textOf(each)}`)
        .toSorted()
        .join()}}`
    : JSON.stringify(value)
