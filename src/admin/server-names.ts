/** The names under which clients may reach an engine. */
import { isIP } from 'node:net'
import { Failure } from '../failure.ts'

export type ServerName = { readonly type: 'dns' | 'ip'; readonly value: string }

const always = ['localhost', '127.0.0.1', '::1']

/** This machine's own names and those given, each once. A host name no certificate can carry is left out; a given one is refused. */
export function buildServerNames(hostname: string, given: readonly string[]): ServerName[] {
  const own = [...always, hostname].flatMap((name) => parseServerName(name) ?? [])
  const all = [...own, ...given.map(demandServerName)]
  return [...new Map(all.map((name) => [name.value, name])).values()]
}

function demandServerName(text: string): ServerName {
  const name = parseServerName(text)
  if (name === undefined)
    throw new Failure('usage', `invalid name: ${text}`, { hint: 'give a DNS name or an IP address' })
  return name
}

/** An address with a zone (fe80::1%eth0) fits no certificate. `_` occurs in host names, `*.` as the first label stands for one. */
function parseServerName(text: string): ServerName | undefined {
  if (isIP(text) !== 0) return text.includes('%') ? undefined : { type: 'ip', value: text }
  const dns = /^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i
  return text.length <= 253 && dns.test(text) && !/(^|\.)[0-9]+$/.test(text)
    ? { type: 'dns', value: text.toLowerCase() }
    : undefined
}
