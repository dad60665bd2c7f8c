/** One JSON line per decision, written before the answer: what cannot be recorded is not permitted (DESIGN 9). */
import { X509Certificate, randomUUID } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { WireRequest } from '../contract/authz.ts'
import type { Json } from '../contract/json.ts'
import type { Caller, Facts } from '../policy/facts.ts'
import { isList, isObject } from '../policy/fields.ts'
import { findBinds } from '../policy/mounts.ts'
import type { Request } from '../policy/request.ts'
import type { Decision } from '../policy/rule.ts'

export type AuditLine = Readonly<Record<string, unknown>>
export type WriteAudit = (line: AuditLine) => void

/** Appends to `file` (0600, its folder made); one write per line. Throws when the line did not go out whole. */
export function openAudit(file: string): { readonly write: WriteAudit; readonly close: () => void } {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const descriptor = openSync(file, 'a', 0o600)
  let isTorn = false
  return {
    write: (line) => {
      // What a full disk cut off must not swallow the next line.
      const start = isTorn ? '\n' : ''
      // JSON escapes the control characters below U+0020; these three could still break a line somewhere.
      const text = Buffer.from(`${start}${JSON.stringify(line).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, escape)}\n`)
      isTorn = true
      if (writeSync(descriptor, text) !== text.length) throw new Error('the audit line was cut short')
      isTorn = false
    },
    close: () => closeSync(descriptor),
  }
}

const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** What is recorded of a decision: who, what, the fields that matter; never credentials, never values of the environment. */
export function auditLine(
  wire: WireRequest,
  request: Request | { readonly why: string },
  facts: Facts,
  decision: Decision,
  time: number,
): AuditLine {
  const understood = 'why' in request ? undefined : request
  return {
    time: new Date(time).toISOString(),
    id: randomUUID(),
    ...whoIs(facts.caller, wire),
    serial: serialOf(wire),
    operation: understood?.operation ?? 'Unknown',
    object: facts.container?.id ?? plain(understood?.object),
    ...(understood === undefined
      ? { method: wire.RequestMethod, uri: wire.RequestUri?.slice(0, 1024) }
      : detailsOf(understood)),
    verdict: decision.verdict,
    rule: decision.rule,
    why: plain(decision.why),
  }
}

function whoIs(caller: Caller, wire: WireRequest): AuditLine {
  if (caller.kind === 'user') return { user: caller.account.login, uid: caller.account.uid }
  return caller.kind === 'administrator' ? { user: caller.name, administrator: true } : { user: wire.User ?? '' }
}

/** Hexadecimal serial of the certificate the request came with; the engine sends the leaf first, as base64 of its PEM. */
function serialOf({ RequestPeerCertificates: [leaf] = [] }: WireRequest): string | undefined {
  try {
    return leaf === undefined ? undefined : new X509Certificate(Buffer.from(leaf, 'base64')).serialNumber
  } catch {
    return 'unreadable'
  }
}

function detailsOf({ operation, query, body }: Request): AuditLine {
  if (operation === 'ImageCreate') return { image: plain(query.get('fromImage')), tag: plain(query.get('tag')) }
  if (operation !== 'ContainerCreate' && operation !== 'ContainerExec') return {}
  const value = body.kind === 'json' && isObject(body.value) ? body.value : new Map<string, Json>()
  const hostConfig = value.get('HostConfig')
  return {
    name: plain(query.get('name')),
    image: plain(value.get('Image')),
    runAs: plain(value.get('User')),
    entrypoint: plain(value.get('Entrypoint')),
    command: plain(value.get('Cmd')),
    mounts: operation === 'ContainerCreate' ? findBinds(value).slice(0, mostItems).map(mountLine) : undefined,
    network: isObject(hostConfig) ? plain(hostConfig.get('NetworkMode')) : undefined,
  }
}

const mountLine = ({ source, target, readOnly }: { source: string; target: string; readOnly: boolean }) => ({
  source: plain(source),
  target: plain(target),
  readOnly,
})

const mostItems = 64
const longestText = 512

/** A field as it was sent, cut where it is long: a line must stay cheap, for what is denied too. */
function plain(value: Json | undefined): unknown {
  if (typeof value === 'string' && value.length > longestText)
    return `${value.slice(0, longestText)}... (${value.length} characters)`
  if (!isList(value)) return isObject(value) ? '{...}' : value
  const items = value.slice(0, mostItems).map(plain)
  return value.length > mostItems ? [...items, `... (${value.length} items)`] : items
}
