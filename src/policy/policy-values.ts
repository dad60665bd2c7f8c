/** The values of the policy file: sizes, times, ranges, names and paths. */
import { isLogin } from '../contract/identity.ts'
import { operations, type OperationId } from '../contract/operations.ts'
import type { PortRange, Profile } from './grants.ts'
import { objectToDevicePattern, objectToImagePattern, objectToRepositoryPattern } from './pattern-forms.ts'
import { normalizeImage } from './patterns.ts'
import { checked, oneOf, text, type Reader } from './policy-readers.ts'

export const flag: Reader<boolean> = text('true or false', (word) =>
  word === 'true' ? true : word === 'false' ? false : undefined,
)

/** Anything that can be seen, such as a command's argument. */
export const word: Reader<string> = text('a text', (found) => found)

const digits = /^[0-9]{1,15}$/

export const whole = (least: number, most: number): Reader<number> =>
  text(`a whole number from ${least} to ${most}`, (found) => within(found, digits, least, most))

export const cpus: Reader<number> = text('a number of CPUs such as 1.5', (found) =>
  within(found, /^[0-9]{1,6}(?:\.[0-9]{1,9})?$/, 0.01, 100_000),
)

const within = (found: string, form: RegExp, least: number, most: number): number | undefined => {
  const value = form.test(found) ? Number(found) : NaN
  return value >= least && value <= most ? value : undefined
}

/** As docker writes them: powers of 1024. Far below `least` the letter was forgotten. */
export const size = (least: string): Reader<number> => {
  const fewest = parseBytes(least) ?? 0
  return text(`a size of at least ${least}, such as 512m or 8g`, (found) => {
    const bytes = parseBytes(found)
    return bytes !== undefined && bytes >= fewest ? bytes : undefined
  })
}

const sizeForm = /^([0-9]{1,15}(?:\.[0-9]{1,3})?)([kmgt]?)(?:i?b)?$/i

function parseBytes(found: string): number | undefined {
  const [, number, unit = ''] = sizeForm.exec(found) ?? []
  const bytes = Math.floor(Number(number) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase()))
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

const milliseconds: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** 0 needs no letter. */
export const duration = (least: number): Reader<number> =>
  text('a time such as 1s, 30m, 12h or 30d', (found) => {
    const [, number, unit = ''] = /^([0-9]{1,6}(?:\.[0-9]{1,3})?)([smhd])$/.exec(found === '0' ? '0s' : found) ?? []
    const time = Math.round(Number(number) * (milliseconds[unit] ?? NaN))
    return time >= least ? time : undefined
  })

export const ports: Reader<PortRange> = text('a range of ports such as 1024-65535', (found) => {
  const [, first, last = first] = /^([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?$/.exec(found) ?? []
  const range = { first: Number(first), last: Number(last) }
  return range.first <= range.last && range.last <= 65_535 ? range : undefined
})

export const login: Reader<string> = text('a login name', (name) => (isLogin(name) ? name : undefined))

/** getent reads a number as a gid, and a name of digits would stand for two groups. */
export const groupName: Reader<string> = text('the name of a group', (name) =>
  name.length <= 256 && !/^[0-9]+$|^-|[:,]/.test(name) ? name : undefined,
)

export const profileName: Reader<string> = text('a name of letters, digits, ".", "_" and "-"', (name) =>
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name) ? name : undefined,
)

const operationIds: ReadonlyMap<string, OperationId> = new Map(operations.map(({ id }) => [id, id]))

export const operation: Reader<OperationId> = oneOf('an operation of the Engine API', operationIds)

const isPath = (path: string): boolean => path === '/' || /^(?:\/(?!\.\.?(?:\/|$))[^/]+)+$/.test(path)

/** One name for one place: no `..`, no `//`, no slash behind it. */
export const path: Reader<string> = text('a path from / without "..", "//" and a last slash', (found) =>
  isPath(found) ? found : undefined,
)

export const registry: Reader<string> = checked('a registry such as docker.io or registry.example.org:5000', (host) => {
  if (host === 'index.docker.io') return 'expected docker.io, as it is called now'
  return /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?$/.test(host)
    ? undefined
    : 'expected HOST or HOST:PORT in lower case, as it stands before the first slash of an image'
})

export const imagePattern = checked('an image pattern', objectToImagePattern)
export const repositoryPattern = checked('a repository pattern', objectToRepositoryPattern)
export const devicePattern = checked('a device pattern', objectToDevicePattern)

export const image: Reader<string> = text('an image such as docker.io/library/busybox:1.36', (reference) =>
  normalizeImage(reference) === undefined ? undefined : reference,
)

/** moby's names of networks; `default` is bridge to the engine. */
const isNetwork = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(name) && name !== 'default'

export const network: Reader<string> = text('bridge, none, host, own or the name of a network', (name) =>
  isNetwork(name) ? name : undefined,
)

export const profileNetwork: Reader<string> = text('bridge, none, host or the name of a network', (name) =>
  isNetwork(name) && name !== 'own' ? name : undefined,
)

export const variable: Reader<string> = text('a variable such as NAME=value', (found) =>
  /^[^=\s]+=/.test(found) ? found : undefined,
)

export const mount: Reader<Profile['mounts'][number]> = text('a mount such as /srv/data:/data:ro', (found) => {
  const [source = '', target = '', mode = 'rw', ...rest] = found.split(':')
  const isMount = isPath(source) && isPath(target) && target !== '/' && rest.length === 0
  return isMount && (mode === 'ro' || mode === 'rw') ? { source, target, readOnly: mode === 'ro' } : undefined
})
