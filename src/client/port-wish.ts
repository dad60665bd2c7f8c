import { isIP } from 'node:net'
import { Failure } from '../failure.ts'
import { cut } from './go-values.ts'

/** -p and --expose as docker's client reads them (docker/go-connections nat). Pure. */

export type Ports = {
  readonly ExposedPorts: Readonly<Record<string, Readonly<Record<string, never>>>>
  readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>>
}

type Refuse = (why: string) => Failure

/** Throws a Failure for what docker refuses. */
export const parsePorts = (published: readonly string[], exposed: readonly string[]): Ports => {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {}
  for (const word of published)
    for (const { port, ...binding } of parsePublish(word)) (bindings[port] ??= []).push(binding)
  const ports = [...Object.keys(bindings), ...exposed.flatMap(parseExpose)]
  return { ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])), PortBindings: bindings }
}

const parsePublish = (word: string) => {
  const refuse: Refuse = (why) =>
    new Failure('usage', `-p ${word}: ${why}`, { hint: 'say -p [[IP:]HOST:]CONTAINER[/PROTOCOL]' })
  const parts = (word.includes('=') ? plainForm(word, refuse) : word).split(':')
  const [inside = '', host = '', ...address] = parts.toReversed()
  const { protocol, range, last } = parseInside(inside, refuse)
  const ip = address
    .toReversed()
    .join(':')
    .replace(/^\[(.*)\]$/, '$1')
  if (ip !== '' && isIP(ip) === 0) throw refuse(`invalid IP address: ${ip}`)
  const [from, to] = host === '' ? [undefined, undefined] : parseRange(host, () => refuse(`invalid host port: ${host}`))
  const count = last - range + 1
  if (from !== undefined && to - from !== last - range && count > 1)
    throw refuse('the two ranges are of different length')
  const hostPort = (index: number) =>
    from === undefined ? '' : `${from + index}${count === 1 && to !== from ? `-${to}` : ''}`
  return Array.from({ length: count }, (_, index) => ({
    port: `${range + index}/${protocol}`,
    HostIp: ip,
    HostPort: hostPort(index),
  }))
}

/** published=8080,target=80,protocol=tcp. */
const plainForm = (word: string, refuse: Refuse): string => {
  const fields: Record<string, string> = { protocol: 'tcp' }
  for (const field of word.split(',')) {
    const [name, value] = cut(field, '=')
    if (value === undefined || name === '') throw refuse(`${field} should be NAME=VALUE`)
    fields[name] = value
  }
  return `${fields['published'] ?? ''}:${fields['target'] ?? ''}/${fields['protocol'] ?? ''}`
}

const parseExpose = (word: string): readonly string[] => {
  const refuse: Refuse = (why) =>
    new Failure('usage', `--expose ${word}: ${why}`, { hint: 'say --expose PORT[-PORT][/PROTOCOL]' })
  if (word.includes(':')) throw refuse('invalid port format')
  const [ports, protocol = ''] = cut(word, '/')
  const [from, to] = parseRange(ports, () => refuse(`invalid range format`))
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}/${protocol === '' ? 'tcp' : protocol}`)
}

const parseInside = (word: string, refuse: Refuse) => {
  const [ports, given = ''] = cut(word, '/')
  const protocol = given === '' ? 'tcp' : given.toLowerCase()
  if (ports === '') throw refuse('no port specified')
  if (!['tcp', 'udp', 'sctp'].includes(protocol)) throw refuse(`invalid protocol: ${protocol}`)
  const [range, last] = parseRange(ports, () => refuse(`invalid port: ${ports}`))
  return { protocol, range, last }
}

const parseRange = (word: string, refusal: () => Failure): readonly [number, number] => {
  const [, from, to = from] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(word) ?? []
  if (from === undefined || Number(to) < Number(from) || Number(to) > 65_535) throw refusal()
  return [Number(from), Number(to)]
}
