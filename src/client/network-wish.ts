import { Failure } from '../failure.ts'
import { cut, parseInteger, splitCsv } from './go-values.ts'

/** --network and --network-alias as docker's client reads them (docker/cli opts/network.go). Pure. */

export type Endpoint = { readonly Aliases?: readonly string[]; readonly GwPriority?: number }
export type Networks = {
  /** HostConfig.NetworkMode; undefined: the engine's default. */
  readonly mode: string | undefined
  readonly endpoints: Readonly<Record<string, Endpoint>>
}

type Wish = { readonly name: string; readonly aliases: readonly string[]; readonly priority: number }

/** Throws a Failure for what docker refuses, and for what no site can grant. */
export const parseNetworks = (words: readonly string[], aliases: readonly string[]): Networks => {
  const wishes = words.map(parseNetwork)
  const [first = { name: 'default', aliases: [], priority: 0 }, ...others] = wishes
  if (first.aliases.length > 0 && aliases.length > 0)
    throw usage('conflicting options: cannot specify both --network-alias and per-network alias')
  const all = [{ ...first, aliases: aliases.length > 0 ? aliases : first.aliases }, ...others]
  for (const { name, aliases: own } of all) {
    if (name.trim() === '') throw usage('no name set for network')
    if (!isUserDefined(name) && own.length > 0)
      throw usage('network-scoped aliases are only supported for user-defined networks')
    if (all.filter((each) => each.name === name).length > 1)
      throw usage(`network "${name}" is specified multiple times`)
  }
  if (all.some(({ name }) => isUserDefined(name)) && all.some(({ name }) => !isUserDefined(name)))
    throw usage('conflicting options: cannot attach both user-defined and non-user-defined network-modes')
  const described = all.filter(({ aliases: own, priority }) => all.length > 1 || own.length > 0 || priority !== 0)
  return {
    mode: words.length === 0 ? undefined : first.name,
    endpoints: Object.fromEntries(described.map((wish) => [wish.name, endpointOf(wish)])),
  }
}

const endpointOf = ({ aliases, priority }: Wish): Endpoint => ({
  ...(aliases.length === 0 ? {} : { Aliases: aliases }),
  ...(priority === 0 ? {} : { GwPriority: priority }),
})

/** moby api/types/container: NetworkMode.IsUserDefined. */
const isUserDefined = (name: string): boolean =>
  !['default', 'bridge', 'host', 'none'].includes(name) && !/^container(?::|$)/.test(name)

const granted = ['name', 'alias', 'gw-priority']
const chosen = ['ip', 'ip6', 'mac-address', 'link-local-ip']

const parseNetwork = (word: string): Wish => {
  if (!/[A-Za-z0-9_]=[A-Za-z0-9_]/.test(word)) return { name: word, aliases: [], priority: 0 }
  const refuse = (why: string, hint = 'say --network NAME, or --network name=NAME,alias=OTHER') =>
    new Failure('usage', `--network ${word}: ${why}`, { hint })
  const fields = (splitCsv(word) ?? []).map((field) => {
    const [key, value] = cut(field.toLowerCase(), '=')
    if (value === undefined || key === '') throw refuse(`invalid field ${field}`)
    return [key.trim(), value.trim()] as const
  })
  for (const [key] of fields) {
    if (chosen.includes(key)) throw refuse('addresses are chosen by the engine', `leave ${key} out`)
    if (key === 'driver-opt') throw refuse('driver options set kernel parameters as root', `leave ${key} out`)
    if (!granted.includes(key)) throw refuse(`invalid field key ${key}`)
  }
  const all = (name: string) => fields.filter(([key]) => key === name).map(([, value]) => value)
  const [name = '', priority = '0'] = [all('name').at(-1), all('gw-priority').at(-1)]
  const number = /^[+-]?[0-9]+$/.test(priority)
    ? parseInteger(priority.replace(/^([+-]?)0+(?=[0-9])/, '$1'))
    : undefined
  if (name === '') throw refuse('network name/id is not specified')
  if (number === undefined) throw refuse(`invalid gw-priority (${priority})`)
  return { name, aliases: all('alias'), priority: number }
}

const usage = (why: string) =>
  new Failure('usage', why, { hint: 'say --network NAME, or --network name=NAME,alias=OTHER' })
