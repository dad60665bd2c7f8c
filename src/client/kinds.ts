/** What kinds of values flags take, each with docker's word for it in --help and its check. Pure. */
import { isIP } from 'node:net'
import { parseBoolean, parseBytes, parseCpus, parseDuration, parseInteger, cut } from './go-values.ts'

export type Reading = {
  /** What --help calls the value. */
  readonly word: string
  /** May be given more than once. */
  readonly many?: true
  /** The value; undefined where docker would refuse it. */
  readonly read: (text: string) => unknown
  /** What is wanted. */
  readonly wanted: string
}

const any = (text: string): string => text
const ulimits = 'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(
  ' ',
)

export const kinds = {
  switch: { word: '', read: parseBoolean, wanted: 'true or false' },
  string: { word: 'string', read: any, wanted: 'text' },
  list: { word: 'list', many: true, read: any, wanted: 'text' },
  map: { word: 'map', many: true, read: any, wanted: 'NAME=VALUE' },
  int: { word: 'int', read: (text) => parseInteger(text), wanted: 'a number' },
  uint16: { word: 'uint16', read: (text) => parseInteger(text, 0n, 65_535n), wanted: 'a number up to 65535' },
  uint: { word: 'uint', read: (text) => parseInteger(text, 0n, 2n ** 64n - 1n), wanted: 'a number' },
  bytes: { word: 'bytes', read: parseBytes, wanted: 'a size such as 512m or 2g' },
  swap: {
    word: 'bytes',
    read: (text) => (text === '-1' ? -1 : parseBytes(text)),
    wanted: 'a size such as 2g, or -1 for no limit',
  },
  cpus: { word: 'decimal', read: parseCpus, wanted: 'a number such as 1.5' },
  duration: { word: 'duration', read: parseDuration, wanted: 'a duration such as 30s or 1m30s' },
  stream: {
    word: 'list',
    many: true,
    read: (text) => (/^std(?:in|out|err)$/i.test(text) ? text.toLowerCase() : undefined),
    wanted: 'stdin, stdout or stderr',
  },
  variable: {
    word: 'list',
    many: true,
    read: (text) => (/^[^=]/s.test(text) ? text : undefined),
    wanted: 'NAME=VALUE, or NAME alone',
  },
  label: {
    word: 'list',
    many: true,
    read: (text) => (/^[ \t]*[^ \t=][^ \t=]*(?:=|$)/.test(text) ? text : undefined),
    wanted: 'NAME=VALUE, without blanks in the name',
  },
  address: { word: 'list', many: true, read: parseAddress, wanted: 'an IP address' },
  domain: { word: 'list', many: true, read: parseDomain, wanted: 'a domain, or . for none' },
  host: { word: 'list', many: true, read: parseHost, wanted: 'HOST:IP' },
  ulimit: { word: 'ulimit', many: true, read: parseUlimit, wanted: `NAME=SOFT[:HARD], of ${ulimits.join(', ')}` },
  mount: { word: 'mount', many: true, read: any, wanted: 'KEY=VALUE,...' },
  network: { word: 'network', many: true, read: any, wanted: 'a network' },
  gpus: { word: 'gpu-request', many: true, read: any, wanted: 'all, a number, or KEY=VALUE,...' },
} as const satisfies Readonly<Record<string, Reading>>

export type Kind = keyof typeof kinds

/** net.ParseIP, and its one way to write it. */
function parseAddress(text: string): string | undefined {
  const word = text.trim()
  if (isIP(word) === 4) return word
  if (isIP(word) !== 6 || word.includes('%')) return undefined
  const plain = new URL(`http://[${word}]/`).hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(plain) ?? []
  if (high === undefined || low === undefined) return plain
  return [high, low].flatMap((half) => [parseInt(half, 16) >> 8, parseInt(half, 16) & 255]).join('.')
}

/** docker/cli opts: ValidateDNSSearch. */
function parseDomain(text: string): string | undefined {
  const word = text.replace(/^ +| +$/g, '')
  if (word === '.') return word
  const label = ':?(?:[a-zA-Z0-9]|:?[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
  const [, domain] = new RegExp(`^(${label}(?:\\.${label})*)\\.?\\s*$`).exec(word) ?? []
  return domain !== undefined && /[a-zA-Z]/.test(word) && domain.length < 255 ? domain : undefined
}

/** docker/cli opts: ValidateExtraHost. HOST:IP or HOST=IP, the address in brackets or not; `host-gateway` for the host's own. */
function parseHost(text: string): string | undefined {
  const [name, value] = text.includes('=') ? cut(text, '=') : cut(text, ':')
  if (value === undefined || name === '' || name.includes(':')) return undefined
  const address = value.length > 2 ? value.replace(/^\[(.*)\]$/s, '$1') : value
  return address === 'host-gateway' || parseAddress(address) !== undefined ? `${name}:${address}` : undefined
}

export type Ulimit = { readonly Name: string; readonly Soft: number; readonly Hard: number }

/** go-units ParseUlimit: -1 is no limit, and the hard one is the soft one where it is not named. */
function parseUlimit(text: string): Ulimit | undefined {
  const [, name = '', softText = '', hardText = softText] =
    /^([a-z]+)=([+-]?[0-9]+)(?::([+-]?[0-9]+))?$/.exec(text) ?? []
  const [soft, hard] = [Number(softText), Number(hardText)]
  if (!ulimits.includes(name) || (hard !== -1 && (soft === -1 || soft > hard))) return undefined
  return { Name: name, Soft: soft, Hard: hard }
}
