/** An explanation for a human. What it holds is the caller's to make printable. */
import type { WireRequest } from '../contract/authz.ts'
import type { Explanation } from '../policy/explanation.ts'
import { textOf, type AuditEntry } from './audit-query.ts'
import { describeEntry } from './audit-text.ts'
import type { Seen } from './explain-recorder.ts'

/** A request: verdict, operation and object; below it each objection, which has its way out, and who said what in the policy. */
export function describeSeen({ wire, explanation }: Seen): readonly string[] {
  const { verdict, operation, objections, sections } = explanation
  const object = objectOf(wire, explanation)
  const target = `(${wire.RequestMethod ?? ''} ${cut(wire.RequestUri ?? '')})`
  return [
    [verdictWord(verdict), operation, object, target].filter((word) => word !== '').join(' '),
    ...objections.map((objection) => `  ${objection}`),
    ...sections.map(({ key, section }) => `  policy: ${key}: ${section}`),
  ]
}

/** A decision of the audit log. */
export function describeRecord({ line, ...entry }: AuditEntry): readonly string[] {
  const objections: readonly unknown[] = Array.isArray(line['objections']) ? line['objections'] : []
  const words = objections.filter((each) => typeof each === 'string')
  const login = textOf(line['user'])
  const uid = typeof line['uid'] === 'number' ? ` (uid ${line['uid']})` : ''
  return [
    // The reason has lines of its own.
    describeEntry({ ...entry, line: { ...line, why: '' } }),
    `  user: ${login === '' ? 'nobody in particular' : login}${uid}`,
    `  rule: ${textOf(line['rule'])}`,
    ...(words.length > 0 ? words : [textOf(line['why'])]).map((each) => `  ${each}`),
  ]
}

export const verdictWord = (verdict: string): string => (verdict === 'allow' ? 'allowed' : 'denied')

/** The path's, or what the request would make or make it of. */
export function objectOf(wire: WireRequest, { object, operation }: Explanation): string {
  if (object !== '') return cut(object)
  const query = new URLSearchParams((wire.RequestUri ?? '').split('?')[1] ?? '')
  if (operation === 'ImageCreate') return cut(query.get('fromImage') ?? '')
  const body = readObject(wire.RequestBody ?? '')
  return cut([query.get('name') ?? '', textOf(body['Image']), textOf(body['Name'])].filter(Boolean).join(' '))
}

function readObject(base64: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString())
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const longest = 200
const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}...` : text)
