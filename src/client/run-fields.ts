import { Failure } from '../failure.ts'
import { parseDevice, parseGpus } from './device-wish.ts'
import { cut } from './go-values.ts'
import type { Ulimit } from './kinds.ts'
import { parseNetworks } from './network-wish.ts'
import type { Parsed } from './parse.ts'
import { parsePorts } from './port-wish.ts'

/** docker run's flags -> fields of the ContainerCreate body, but for who it runs as, mounts, variables and labels. Pure. */

export type Fields = Readonly<Record<string, unknown>>
export type RunFields = { readonly config: Fields; readonly hostConfig: Fields; readonly endpoints: Fields }

/** Throws a Failure for what docker refuses, and for what no site can grant. */
export const buildFields = (flags: Parsed): RunFields => {
  const direct = directFields(flags)
  const ports = parsePorts(flags.all('publish'), flags.all('expose'))
  const networks = parseNetworks(flags.all('network'), flags.all('network-alias'))
  checkSecurity(flags.all('security-opt'))
  checkRanges(flags)
  return {
    config: { ...direct.config, ...ifAny('ExposedPorts', ports.ExposedPorts), ...healthOf(flags) },
    hostConfig: {
      ...direct.hostConfig,
      ...ifAny('PortBindings', ports.PortBindings),
      ...(networks.mode === undefined ? {} : { NetworkMode: networks.mode }),
      ...ifAny('Devices', flags.all('device').map(parseDevice)),
      ...ifAny('DeviceRequests', flags.all('gpus').map(parseGpus)),
      ...ifAny('Ulimits', ulimitsOf(flags.values('ulimit'))),
      ...ifAny('Tmpfs', Object.fromEntries(flags.all('tmpfs').map((word) => splitAt(word, ':')))),
      ...ifAny('StorageOpt', storageOf(flags.all('storage-opt'))),
      ...ifAny('LogConfig', logOf(flags)),
      ...restartOf(flags),
    },
    endpoints: networks.endpoints,
  }
}

/** The flags whose table says where their value goes: the last one, or all of a list. */
const directFields = ({ given }: Parsed) => {
  const config: Record<string, unknown> = {}
  const hostConfig: Record<string, unknown> = {}
  for (const { flag, value } of given) {
    const [, isHost, name] = /^(HostConfig\.)?([A-Za-z]+)$/.exec(flag.to ?? '') ?? []
    if (name === undefined) continue
    const place = isHost === undefined ? config : hostConfig
    place[name] = isList(flag.kind) ? [...asList(place[name]), value] : value
  }
  return { config, hostConfig }
}

const isList = (kind: string): boolean => ['list', 'host', 'address', 'domain'].includes(kind)
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const ifAny = (name: string, value: object): Fields => (Object.keys(value).length === 0 ? {} : { [name]: value })

const splitAt = (word: string, separator: string): readonly [string, string] => {
  const [key, value = ''] = cut(word, separator)
  return [key, value]
}

const usage = (why: string, hint = '--help shows the options') => new Failure('usage', why, { hint })

/** By name; the last of each. */
const ulimitsOf = (values: readonly unknown[]): readonly Ulimit[] => {
  const byName = new Map(values.filter(isUlimit).map((each) => [each.Name, each]))
  return [...byName.values()].toSorted((one, other) => (one.Name < other.Name ? -1 : 1))
}
const isUlimit = (value: unknown): value is Ulimit => typeof value === 'object' && value !== null && 'Soft' in value

const storageOf = (words: readonly string[]): Fields => {
  if (words.some((word) => !word.includes('='))) throw usage('invalid storage option', 'say --storage-opt size=10g')
  return Object.fromEntries(words.map((word) => splitAt(word, '=')))
}

const logOf = (flags: Parsed): Fields => {
  const [type = '', options] = [flags.last('log-driver'), flags.all('log-opt')]
  if (type === 'none' && options.length > 0) throw usage('invalid logging opts for driver none', 'leave --log-opt out')
  return {
    ...(type === '' ? {} : { Type: type }),
    ...ifAny('Config', Object.fromEntries(options.map((word) => splitAt(word, '=')))),
  }
}

const restartOf = (flags: Parsed): Fields => {
  const word = flags.last('restart') ?? ''
  const [name, text] = cut(word, ':')
  const hint = 'say --restart no or --restart on-failure[:COUNT]'
  if (text !== undefined && name === '')
    throw usage('invalid restart policy format: no policy provided before colon', hint)
  if (text !== undefined && !/^(?:[+-]?[0-9]+)?$/.test(text))
    throw usage('invalid restart policy format: maximum retry count must be an integer', hint)
  if (!['', 'no', 'on-failure'].includes(name)) throw usage(`invalid restart policy: ${name}`, hint)
  if (flags.isOn('rm') && name === 'on-failure')
    throw usage('conflicting options: cannot specify both --restart and --rm')
  if (name === '' || word === 'no') return {}
  return {
    RestartPolicy: { Name: name, ...(text === undefined || text === '' ? {} : { MaximumRetryCount: Number(text) }) },
  }
}

/** The identity brings it; any other would weaken what the engine has by itself (M02, M39). */
const checkSecurity = (words: readonly string[]): void => {
  for (const word of words) {
    if (/^no-new-privileges(?:[=:]true)?$/.test(word)) continue
    const [key, value = ''] = word.includes('=') ? cut(word, '=') : cut(word, ':')
    if (key !== 'no-new-privileges' && value === '') throw usage(`Invalid --security-opt: "${word}"`)
    throw usage(`--security-opt ${word}: the engine's own profiles stay on`, 'leave it out')
  }
}

const checkRanges = (flags: Parsed): void => {
  const last = (name: string) => Number(flags.values(name).at(-1) ?? 0)
  const swappiness = last('memory-swappiness')
  if (swappiness < -1 || swappiness > 100)
    throw usage(`invalid value: ${swappiness}. Valid memory swappiness range is 0-100`)
  if (last('oom-score-adj') < 0)
    throw usage('--oom-score-adj: no container is protected from the out-of-memory killer', 'say 0 or more')
  const [pid, ipc, uts] = [flags.last('pid') ?? '', flags.last('ipc') ?? '', flags.last('uts') ?? '']
  const [kind, name] = cut(pid, ':')
  if (!['', 'host'].includes(pid) && !(kind === 'container' && name !== undefined && name !== ''))
    throw usage('--pid: invalid PID mode', 'say host or container:NAME')
  if (!['', 'host'].includes(uts)) throw usage('--uts: invalid UTS mode', 'say host, or leave it out')
  if (!/^(?:|none|private|host|shareable|container:.+)$/s.test(ipc))
    throw usage(`--ipc: invalid IPC mode: ${ipc}`, 'say private, shareable, none, host or container:NAME')
}

const durations = {
  'health-interval': 'Interval',
  'health-timeout': 'Timeout',
  'health-start-period': 'StartPeriod',
  'health-start-interval': 'StartInterval',
  'health-retries': 'Retries',
} as const

const healthOf = (flags: Parsed): Fields => {
  const command = flags.last('health-cmd') ?? ''
  const numbers = Object.entries(durations).map(
    ([name, field]) => [name, field, Number(flags.values(name).at(-1) ?? 0)] as const,
  )
  const asked = numbers.filter(([, , value]) => value !== 0)
  const isAsked = command !== '' || asked.length > 0
  if (flags.isOn('no-healthcheck')) {
    if (isAsked) throw usage('--no-healthcheck conflicts with --health-* options')
    return { Healthcheck: { Test: ['NONE'] } }
  }
  const negative = asked.find(([, , value]) => value < 0)
  if (negative !== undefined) throw usage(`--${negative[0]} cannot be negative`)
  if (!isAsked) return {}
  return {
    Healthcheck: {
      ...(command === '' ? {} : { Test: ['CMD-SHELL', command] }),
      ...Object.fromEntries(asked.map(([, field, value]) => [field, value])),
    },
  }
}
