/** Which lines of the audit log are asked for. */

/** A line as it is in the file, and what it says. */
export type AuditEntry = {
  readonly text: string
  readonly time: number
  readonly line: Readonly<Record<string, unknown>>
}

export type AuditQuery = {
  readonly user?: string | undefined
  readonly operation?: string | undefined
  /** A name, an id or how one begins. */
  readonly container?: string | undefined
  readonly verdict?: 'allow' | 'deny' | undefined
  /** Both in milliseconds, and both included. */
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/** Undefined for what is no line of ours: one that was cut off, or something else. */
export function parseEntry(text: string): AuditEntry | undefined {
  const line = parseObject(text)
  const time = typeof line?.['time'] === 'string' ? Date.parse(line['time']) : Number.NaN
  return line === undefined || Number.isNaN(time) ? undefined : { text, time, line }
}

export const matchesQuery = (
  { user, operation, container, verdict, since = -Infinity, until = Infinity }: AuditQuery,
  { time, line }: AuditEntry,
): boolean =>
  time >= since &&
  time <= until &&
  (verdict === undefined || line['verdict'] === verdict) &&
  (user === undefined || line['user'] === user) &&
  (operation === undefined || textOf(line['operation']).toLowerCase() === operation.toLowerCase()) &&
  (container === undefined || ['object', 'name', 'container'].some((key) => isCalled(container, textOf(line[key]))))

/** Any part of an id that is not shorter than the four digits somebody would type. */
const isCalled = (wanted: string, value: string): boolean =>
  value.replace(/^\//, '') === wanted || (/^[0-9a-f]{4,64}$/.test(wanted) && isId(value) && value.startsWith(wanted))

export const isId = (value: string): boolean => /^[0-9a-f]{64}$/.test(value)

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
