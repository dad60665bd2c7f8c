import { resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { cut, parseBoolean, parseBytes, splitCsv } from './go-values.ts'

/** --mount as docker's client reads it (docker/cli opts/mount.go). Pure. */

/** As it goes out. A bind's source is the caller's word still: binds.ts looks where it is. */
export type Mount = {
  readonly Type: 'bind' | 'volume' | 'tmpfs'
  readonly Source?: string
  readonly Target: string
  readonly ReadOnly?: boolean
  readonly Consistency?: string
  readonly BindOptions?: Options
  readonly VolumeOptions?: Options
  readonly TmpfsOptions?: Options
}

type Options = Readonly<Record<string, unknown>>
type Refuse = (why: string, hint?: string) => Failure

/** A key of one kind of mount, and what it puts among the options of that kind: undefined where docker refuses the value. */
type Key = {
  readonly kind: Mount['Type'] | 'image'
  readonly read: (value: string) => Options | undefined
  readonly bare?: true
}

const flag =
  (name: string): Key['read'] =>
  (value) => {
    const isOn = parseBoolean(value)
    return isOn === undefined ? undefined : { [name]: isOn }
  }

const recursions: Readonly<Record<string, Options>> = {
  enabled: {},
  disabled: { NonRecursive: true },
  readonly: { ReadOnlyForceRecursive: true },
  writable: { ReadOnlyNonRecursive: true },
}

const keys: Readonly<Record<string, Key>> = {
  'bind-propagation': { kind: 'bind', read: (value) => ({ Propagation: value.toLowerCase() }) },
  'bind-nonrecursive': { kind: 'bind', read: flag('NonRecursive'), bare: true },
  'bind-recursive': { kind: 'bind', read: (value) => recursions[value] },
  'volume-subpath': { kind: 'volume', read: (Subpath) => ({ Subpath }) },
  'volume-nocopy': { kind: 'volume', read: flag('NoCopy'), bare: true },
  'volume-label': { kind: 'volume', read: (value) => ({ Labels: pair(value) }) },
  'volume-driver': { kind: 'volume', read: (Name) => ({ DriverConfig: { Name } }) },
  'volume-opt': { kind: 'volume', read: (value) => ({ DriverConfig: { Options: pair(value) } }) },
  'image-subpath': { kind: 'image', read: (Subpath) => ({ Subpath }) },
  'tmpfs-size': { kind: 'tmpfs', read: (value) => sized(parseBytes(value)) },
  'tmpfs-mode': {
    kind: 'tmpfs',
    read: (value) => (/^[0-7]{1,10}$/.test(value) ? { Mode: parseInt(value, 8) } : undefined),
  },
}

const pair = (value: string): Options => {
  const [name, text = ''] = cut(value, '=')
  return name === '' ? {} : { [name]: text }
}
const sized = (bytes: number | undefined) => (bytes === undefined ? undefined : { SizeBytes: bytes })

/** Throws a Failure for what docker refuses, and for what no site can grant. */
export const parseMount = (word: string): Mount => {
  const refuse: Refuse = (why, hint = 'say --mount type=bind,source=/HOST/PATH,target=/PATH') =>
    new Failure('mount', `--mount ${word}: ${why}`, { hint })
  const plain: Record<string, string> = {}
  const options = new Map<Key['kind'], Record<string, unknown>>()
  for (const field of splitCsv(word) ?? []) {
    const [name, value] = cut(field, '=')
    const key = spellings[name.toLowerCase()] ?? name.toLowerCase()
    const own = Object.hasOwn(keys, key) ? keys[key] : undefined
    if (value === undefined && key !== 'readonly' && own?.bare !== true)
      throw refuse(`${name} must be a KEY=VALUE pair`)
    if (own === undefined) plain[key] = checkPlain(key, value ?? 'true', refuse)
    else options.set(own.kind, merge(options.get(own.kind) ?? {}, read(own, key, value ?? 'true', refuse)))
  }
  return buildMount(plain, options, refuse)
}

const spellings: Readonly<Record<string, string>> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
}

const checkPlain = (key: string, value: string, refuse: Refuse): string => {
  if (!['type', 'source', 'target', 'readonly', 'consistency'].includes(key)) throw refuse(`${key} is unknown`)
  if (key === 'readonly' && parseBoolean(value) === undefined)
    throw refuse(`readonly=${value}: true or false is wanted`)
  return key === 'type' || key === 'consistency' ? value.toLowerCase() : value
}

const read = (key: Key, name: string, value: string, refuse: Refuse): Options => {
  const options = key.read(value)
  if (options === undefined) throw refuse(`invalid value for ${name}: ${value}`)
  return options
}

/** Labels and driver options add up, whatever else comes twice is what it was last. */
const merge = (one: Options, other: Options): Record<string, unknown> => {
  const both: Record<string, unknown> = { ...one }
  for (const [key, value] of Object.entries(other))
    both[key] = isOptions(value) ? merge(asOptions(both[key]), value) : value
  return both
}
const isOptions = (value: unknown): value is Options => typeof value === 'object' && value !== null
const asOptions = (value: unknown): Options => (isOptions(value) ? value : {})

const buildMount = (
  plain: Readonly<Record<string, string>>,
  options: ReadonlyMap<Key['kind'], Options>,
  refuse: Refuse,
): Mount => {
  const { type = 'volume', source, target = '', readonly, consistency } = plain
  const isReadOnly = parseBoolean(readonly ?? 'false') === true
  if (type === 'image')
    throw refuse("another image's files are for those who run it", 'docker cp copies files out of a container of yours')
  if (type !== 'bind' && type !== 'volume' && type !== 'tmpfs')
    throw refuse(`type=${type}: bind, volume or tmpfs is wanted`)
  const stray = [...options.keys()].find((kind) => kind !== type)
  if (stray !== undefined) throw refuse(`cannot mix '${stray}-*' options with mount type '${type}'`)
  if (target === '') throw refuse('target is required')
  if (!target.startsWith('/')) throw refuse('target must begin with /')
  if (type === 'bind' && !/^[/.]/.test(source ?? '')) throw refuse('source must be a path')
  const own = options.get(type)
  const why = type === 'bind' ? objectToBind(own ?? {}, isReadOnly) : objectToVolume(own ?? {})
  if (why !== undefined) throw refuse(why, 'leave it out')
  return {
    Type: type,
    ...(source === undefined ? {} : { Source: source }),
    Target: resolve('/', target),
    ...(isReadOnly ? { ReadOnly: true } : {}),
    ...(consistency === undefined ? {} : { Consistency: consistency }),
    ...(own === undefined ? {} : { [optionsField[type]]: own }),
  }
}

const optionsField = { bind: 'BindOptions', volume: 'VolumeOptions', tmpfs: 'TmpfsOptions' } as const

const objectToBind = ({ Propagation, ReadOnlyNonRecursive, ReadOnlyForceRecursive }: Options, isReadOnly: boolean) => {
  if (!isReadOnly && ReadOnlyNonRecursive === true) return "'bind-recursive=writable' requires 'readonly'"
  if (!isReadOnly && ReadOnlyForceRecursive === true) return "'bind-recursive=readonly' requires 'readonly'"
  if (ReadOnlyForceRecursive === true && Propagation !== 'rprivate')
    return "'bind-recursive=readonly' requires 'bind-propagation=rprivate'"
  if (ReadOnlyNonRecursive === true) return 'what is mounted below a read-only bind would stay writable'
  return objectToPropagation(typeof Propagation === 'string' ? Propagation : '')
}

/** rprivate is what there is anyway; anything else could put mounts on the host (M07). */
export const objectToPropagation = (propagation: string): string | undefined =>
  ['', 'rprivate', 'private'].includes(propagation)
    ? undefined
    : `propagation ${propagation} could put mounts on the host: rprivate is what there is`

const objectToVolume = ({ DriverConfig }: Options): string | undefined => {
  const { Name = '', Options: given } = asOptions(DriverConfig)
  if (Name !== '' && Name !== 'local') return 'volume plugins run as root: local is what there is'
  return given === undefined ? undefined : 'options of a volume are a mount by root in disguise'
}
