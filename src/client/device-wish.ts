import { resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { cut, splitCsv } from './go-values.ts'

/** --device and --gpus as docker's client reads them (docker/cli opts.go, opts/gpus.go). Policy grants them or does not. Pure. */

export type Device = {
  readonly PathOnHost: string
  readonly PathInContainer: string
  readonly CgroupPermissions: string
}

/** HOST[:INSIDE][:rwm]. Throws a Failure for what docker refuses. */
export const parseDevice = (word: string): Device => {
  const refuse = (why: string) =>
    new Failure('usage', `--device ${word}: ${why}`, { hint: 'say --device /dev/NAME[:/dev/NAME][:rwm]' })
  const [host = '', second, third, ...more] = word.split(':')
  // Container Device Interface: a name is VENDOR/CLASS=DEVICE.
  if (/^[A-Za-z][^/=]*\/[^/=]+=.+$/.test(word)) throw refuse('CDI devices are not granted')
  if (host === '' || more.length > 0) throw refuse('bad format')
  const isMode = second !== undefined && third === undefined && isPermissions(second)
  const inside = second === undefined || isMode ? host : second
  if (third !== undefined && !isPermissions(third)) throw refuse(`bad mode specified: ${third}`)
  if (!inside.startsWith('/')) throw refuse(`${inside} is not an absolute path`)
  const isClean = second === undefined || isMode || third === undefined
  const clean = isClean ? resolve('/', inside) : inside
  return {
    PathOnHost: second === undefined || isMode ? clean : host,
    PathInContainer: clean,
    CgroupPermissions: third ?? (isMode ? second : 'rwm'),
  }
}

const isPermissions = (word: string): boolean => /^(?!.*(.).*\1)[rwm]+$/.test(word)

export type DeviceRequest = {
  readonly Driver?: string
  readonly Count?: number
  readonly DeviceIDs?: readonly string[]
  readonly Capabilities: readonly (readonly string[])[]
  readonly Options: Readonly<Record<string, string>>
}

/** all, a number, or KEY=VALUE,... with driver, count, device, capabilities and options. Throws a Failure for what docker refuses. */
export const parseGpus = (word: string): DeviceRequest => {
  const refuse = (why: string) =>
    new Failure('usage', `--gpus ${word}: ${why}`, { hint: 'say --gpus all, a number, or "device=0,1"' })
  const fields = new Map<string, string>()
  for (const field of splitCsv(word) ?? []) {
    const [key, value] = cut(field, '=')
    const name = value === undefined ? 'count' : key
    if (fields.has(name)) throw refuse(`key '${name}' can be specified only once`)
    if (!['driver', 'count', 'device', 'capabilities', 'options'].includes(name))
      throw refuse(`unexpected key '${name}'`)
    fields.set(name, value ?? key)
  }
  const count = fields.get('count') ?? (fields.has('device') ? '0' : '1')
  if (count !== 'all' && !/^[+-]?[0-9]+$/.test(count))
    throw refuse(`invalid count (${count}): all or a number is wanted`)
  const [driver, devices, options] = [fields.get('driver'), fields.get('device'), fields.get('options')]
  return {
    ...(driver === undefined ? {} : { Driver: driver }),
    Count: count === 'all' ? -1 : Number(count),
    ...(devices === undefined ? {} : { DeviceIDs: devices.split(',') }),
    Capabilities: [[...(fields.get('capabilities')?.split(',') ?? []), 'gpu']],
    Options: Object.fromEntries((options === undefined ? [] : (splitCsv(options) ?? [])).map((each) => optionOf(each))),
  }
}

const optionOf = (text: string): readonly [string, string] => {
  const [name, value = ''] = cut(text, '=')
  return [name, value]
}
