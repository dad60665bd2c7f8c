/** A decision in one line for a human. What it holds is the caller's to make printable. */
import { isId, textOf, type AuditEntry } from './audit-query.ts'
import { describeMoment } from './moment.ts'

export function describeEntry({ time, line }: AuditEntry): string {
  const verdict = textOf(line['verdict'])
  const columns = [
    describeMoment(time),
    verdict.padEnd(5),
    (textOf(line['user']) || '-').padEnd(10),
    textOf(line['operation']).padEnd(17),
    objectOf(line) || '-',
  ]
  return (verdict === 'deny' ? [...columns, textOf(line['why'])] : columns).join('  ').trimEnd()
}

/** What it is about: a container, an image and its command, or the request where nobody knows what it is. */
function objectOf(line: AuditEntry['line']): string {
  const object = textOf(line['object'])
  const parts = [
    textOf(line['method']),
    textOf(line['uri']),
    isId(object) ? object.slice(0, 12) : object,
    textOf(line['name']),
    textOf(line['image']),
    ...words(line['entrypoint']),
    ...words(line['command']),
  ]
  const text = parts.filter((part) => part !== '').join(' ')
  return text.length > longest ? `${text.slice(0, longest)}...` : text
}

const longest = 100

const words = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(textOf) : [textOf(value)])
