/** What the audit log says of a decision: one JSON line (DESIGN 9). */
import { randomUUID } from 'node:crypto'
import type { WireRequest } from '../contract/authz.ts'
import type { Json } from '../contract/json.ts'
import type { Caller, Facts } from '../policy/facts.ts'
import { findObjections } from '../policy/explanation.ts'
import { fieldAt, isEmpty, isList, isObject, listAt } from '../policy/fields.ts'
import { findMounts, type Mount } from '../policy/asked-mounts.ts'
import type { Request } from '../policy/request.ts'
import type { Decision } from '../policy/rule.ts'
import { shorten, type AuditLine } from './audit-text.ts'
import { targetWithoutValues, withoutValues } from './audit-values.ts'
import type { Certificates } from './certificates.ts'

export type WriteAudit = (line: AuditLine) => void

export type AuditPorts = {
  readonly now: () => number
  readonly serialOf: Certificates['serialOf']
  /** Does policy want the values of environment variables in the log? */
  readonly recordsValues: () => boolean
}

/** What is recorded of a decision: who, what, the fields that matter; never credentials, never values of the environment. */
export function auditLine(
  wire: WireRequest,
  request: Request | { readonly why: string },
  facts: Facts,
  decision: Decision,
  { now, serialOf, recordsValues }: AuditPorts,
): AuditLine {
  const understood = 'why' in request ? undefined : request
  const hasValues = recordsValues()
  return shorten({
    time: new Date(now()).toISOString(),
    id: randomUUID(),
    ...whoIs(facts.caller, wire),
    serial: serialOf(wire),
    operation: understood?.operation ?? 'Unknown',
    object: facts.container?.id ?? plain(understood?.object),
    ...(understood === undefined
      ? { method: wire.RequestMethod, uri: targetOf(wire, hasValues) }
      : detailsOf(understood, facts, hasValues)),
    verdict: decision.verdict,
    rule: decision.rule,
    why: plain(decision.why),
    ...(decision.verdict === 'deny' ? furtherOf(request, facts) : {}),
  })
}

/** `why` is the first of them. */
function furtherOf(request: Parameters<typeof findObjections>[0], facts: Facts): AuditLine {
  const objections = findObjections(request, facts, mostObjections)
  return objections.length > 1 ? { objections: plain(objections) } : {}
}

function whoIs(caller: Caller, wire: WireRequest): AuditLine {
  if (caller.kind === 'user') return { user: caller.account.login, uid: caller.account.uid }
  if (caller.kind === 'anonymous') return { user: '', anonymous: true }
  return caller.kind === 'administrator' ? { user: caller.name, administrator: true } : { user: wire.User ?? '' }
}

const targetOf = ({ RequestUri = '' }: WireRequest, hasValues: boolean): string =>
  hasValues ? RequestUri.slice(0, longestTarget) : targetWithoutValues(RequestUri.slice(0, longestTarget))

/** The fields that matter, by operation; those that were not given are left out. */
function detailsOf({ operation, query, body }: Request, { imageDigest }: Facts, hasValues: boolean): AuditLine {
  const value = body.kind === 'json' && isObject(body.value) ? body.value : new Map<string, Json>()
  switch (operation) {
    case 'ContainerCreate':
      return {
        name: plain(query.get('name')),
        image: plain(value.get('Image')),
        digest: imageDigest,
        runAs: plain(value.get('User')),
        entrypoint: plain(value.get('Entrypoint')),
        command: plain(value.get('Cmd')),
        environment: listAt(value, 'Env')
          .slice(0, mostItems)
          .map(hasValues ? plain : variableName),
        mounts: findMounts(value).slice(0, mostItems).map(mountLine),
        ...given(value, ['NetworkMode', 'PidMode', 'IpcMode', 'UTSMode', 'UsernsMode', 'VolumesFrom', 'GroupAdd']),
        ...given(value, [
          'PortBindings',
          'Devices',
          'DeviceRequests',
          'RestartPolicy',
          'Memory',
          'NanoCpus',
          'PidsLimit',
        ]),
      }
    case 'ContainerExec':
      return { runAs: plain(value.get('User')), command: plain(value.get('Cmd')) }
    case 'ImageCreate':
      return { image: plain(query.get('fromImage')), tag: plain(query.get('tag')) }
    case 'NetworkCreate':
    case 'VolumeCreate':
      return { name: plain(value.get('Name')) }
    case 'NetworkConnect':
    case 'NetworkDisconnect':
      return { container: plain(value.get('Container')) }
    default:
      return query.size === 0
        ? {}
        : {
            parameters: Object.fromEntries(
              [...query]
                .slice(0, 16)
                .map(([key, text]) => [key.slice(0, 64), plain(hasValues ? text : withoutValues(key, text))]),
            ),
          }
  }
}

/** Values may be secrets: names tell enough, unless policy says otherwise (audit.environment). */
const variableName = (variable: Json): unknown =>
  typeof variable === 'string' ? plain(variable.replace(/=.*$/s, '')) : '?'

const given = (value: Json, keys: readonly string[]): AuditLine =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const field = fieldAt(value, 'HostConfig', key)
      return field === undefined || field === '' || field === 0 || isEmpty(field) ? [] : [[key, written(field)]]
    }),
  )

/** Small objects as they are, large ones by their beginning. */
const written = (value: Json): unknown =>
  isObject(value) || (isList(value) && value.some(isObject)) ? plain(JSON.stringify(value, unmap)) : plain(value)

const unmap = (_: string, value: unknown): unknown =>
  value instanceof Map ? Object.fromEntries(value as ReadonlyMap<string, unknown>) : value

const mountLine = (mount: Mount) => ({
  kind: mount.kind,
  ...(mount.kind === 'bind' ? { source: plain(mount.bind.source), readOnly: mount.bind.readOnly } : {}),
  ...(mount.kind === 'volume' ? { source: plain(mount.name) } : {}),
  target: plain(mount.target),
})

const mostObjections = 8
const mostItems = 64
const longestText = 512
const longestTarget = 1024

/** A field as it was sent, cut where it is long: a line must stay cheap, for what is denied too. */
function plain(value: Json | undefined): unknown {
  if (typeof value === 'string' && value.length > longestText)
    return `${value.slice(0, longestText)}... (${value.length} characters)`
  if (!isList(value)) return isObject(value) ? '{...}' : value
  const items = value.slice(0, mostItems).map(plain)
  return value.length > mostItems ? [...items, `... (${value.length} items)`] : items
}
