/** An audit line as it is written, and cut to what a line may take. */
export type AuditLine = Readonly<Record<string, unknown>>

/** JSON escapes the control characters below U+0020; these could still break a line somewhere. */
export const toText = (line: AuditLine): string =>
  `${JSON.stringify(line).replaceAll(/[\u007f-\u009f\u2028\u2029]/g, escape)}\n`

const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** In bytes: no request makes a line that would push many others out of the log. */
export const longestLine = 16 * 1024
/** What is left of a field; the second is short enough for all fields at a time, whatever they are made of. */
const beginnings = [512, 64]

/** The longest fields are cut first, and no more of them than have to be. */
export function shorten(line: AuditLine): AuditLine {
  const short: Record<string, unknown> = { ...line }
  const sizes = new Map(Object.keys(line).map((key) => [key, sizeOf(key, line[key])]))
  for (const most of beginnings)
    for (const [key] of [...sizes].toSorted(([, one], [, other]) => other - one)) {
      if ([...sizes.values()].reduce((sum, each) => sum + each, 0) <= longestLine) return short
      short[key] = beginningOf(short[key], most)
      sizes.set(key, sizeOf(key, short[key]))
    }
  return short
}

const sizeOf = (key: string, value: unknown): number => Buffer.byteLength(toText({ [key]: value }))

function beginningOf(value: unknown, most: number): unknown {
  if (value === undefined) return undefined
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > most ? `${text.slice(0, most)}... (${text.length} characters)` : value
}
