/** /etc/docker/daemon.json with what dockerrun needs in it, and without it again: a site's own keys stay as they are. Pure. */
import { Failure } from '../failure.ts'

export type Daemon = Readonly<Record<string, unknown>>

export type Wanted = {
  /** Gate 1: the plugin's name. */
  readonly plugin: string
  /** Gate 2: the file that the engine calls instead of runc. */
  readonly runtime: string
  /** Where users reach the engine, tcp://ADDRESS:PORT. */
  readonly host: string
  /** The CA's folder, which has server/ too. */
  readonly pki: string
  /** Whose the engine's socket is: root's, or that of a group, by its number (dockerd looks names up in /etc/group alone). */
  readonly group: string
  /** Shall root inside be nobody outside? False: as the site has it. */
  readonly isRemapped: boolean
}

export const runtimeName = 'dockerrun'
const socket = 'unix:///var/run/docker.sock'

/** Throws a Failure that names line and column where the text is no JSON object. An absent or empty file is an empty one. */
export function parseDaemon(text: string | undefined, path: string): Daemon {
  if (text === undefined || text.trim() === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch (error) {
    const [, position] = /at position ([0-9]+)/.exec(error instanceof Error ? error.message : '') ?? []
    const before = text.slice(0, position === undefined ? text.length : Number(position)).split('\n')
    const column = (before.at(-1)?.length ?? 0) + 1
    throw new Failure('settings', `${path}: line ${before.length}, column ${column}: not JSON`, {
      hint: 'mend it; the engine would not start with it either',
    })
  }
  throw new Failure('settings', `${path}: line 1, column 1: expected an object`, { hint: 'mend it' })
}

/** What a site has chosen otherwise: each by its key, and never written over. */
export function findConflicts(daemon: Daemon, wanted: Wanted): readonly string[] {
  const hosts = textsOf(daemon['hosts'])
  const runtime = daemon['default-runtime']
  const named = runtimesOf(daemon)[runtimeName]
  const plain = Object.entries(plainOf(wanted)).flatMap(([key, value]) => {
    const found = daemon[key]
    return found === undefined || found === value
      ? []
      : [`${key} is ${JSON.stringify(found)}: ${JSON.stringify(value)} is needed`]
  })
  return [
    ...(daemon['tls'] === true && daemon['tlsverify'] !== true
      ? ['tls is on without tlsverify: users are told apart by certificates']
      : []),
    ...plain,
    ...(runtime === undefined || runtime === runtimeName || runtime === 'runc'
      ? []
      : [`default-runtime is ${JSON.stringify(runtime)}: containers of users would pass by gate 2`]),
    ...(named === undefined || (isObject(named) && named['path'] === wanted.runtime)
      ? []
      : [`runtimes.${runtimeName} is another program`]),
    ...(hosts.some((host) => host.startsWith('fd:'))
      ? [`hosts has fd://, which passes by the gate from engine 29.2 on: name ${socket} instead`]
      : []),
    ...hosts
      .filter((host) => host.startsWith('tcp:') && host !== wanted.host)
      .map((host) => `hosts has ${host} too: users would reach the engine there as well`),
  ]
}

/** The same with what is needed: lists grow, keys that are there keep their place. */
export function mergeDaemon(daemon: Daemon, wanted: Wanted): Daemon {
  const plugins = textsOf(daemon['authorization-plugins'])
  const hosts = textsOf(daemon['hosts'])
  return {
    ...daemon,
    'authorization-plugins': withText(plugins, wanted.plugin),
    'default-runtime': runtimeName,
    runtimes: { ...runtimesOf(daemon), [runtimeName]: { path: wanted.runtime } },
    hosts: withText(hosts.length === 0 ? [socket] : hosts, wanted.host),
    ...plainOf(wanted),
  }
}

/** Without what mergeDaemon put there. `before` is what stood there then: what it had stays. */
export function unmergeDaemon(daemon: Daemon, wanted: Wanted, before: Daemon): Daemon {
  const left: Record<string, unknown> = { ...daemon }
  const restore = (key: string, value: unknown) => {
    if (value === undefined) delete left[key]
    else left[key] = value
  }
  const without = (key: string, words: readonly string[]) => {
    const kept = textsOf(daemon[key]).filter((word) => !words.includes(word) || textsOf(before[key]).includes(word))
    restore(key, kept.length === 0 ? before[key] : kept)
  }
  without('authorization-plugins', [wanted.plugin])
  without('hosts', before['hosts'] === undefined ? [socket, wanted.host] : [wanted.host])
  if (daemon['default-runtime'] === runtimeName) restore('default-runtime', before['default-runtime'])
  const { [runtimeName]: _, ...runtimes } = runtimesOf(daemon)
  restore('runtimes', Object.keys(runtimes).length === 0 ? before['runtimes'] : runtimes)
  for (const key of Object.keys(plainOf(wanted))) restore(key, before[key])
  return left
}

/** Keys that are ours to set as a whole. */
const plainOf = ({ pki, group, isRemapped }: Wanted): Daemon => ({
  group,
  ...(isRemapped ? { 'userns-remap': 'default' } : {}),
  tlsverify: true,
  tlscacert: `${pki}/ca.pem`,
  tlscert: `${pki}/server/cert.pem`,
  tlskey: `${pki}/server/key.pem`,
})

export const formatDaemon = (daemon: Daemon): string => `${JSON.stringify(daemon, undefined, 2)}\n`

const isObject = (value: unknown): value is Daemon =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const runtimesOf = ({ runtimes }: Daemon): Daemon => (isObject(runtimes) ? runtimes : {})
export const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []
const withText = (list: readonly string[], text: string): readonly string[] =>
  list.includes(text) ? list : [...list, text]
