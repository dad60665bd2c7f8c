/** The list of revoked certificates that dockerrunctl keeps and gate 1 reads: one JSON object with a serial per line (DESIGN 5). */

export type Revocation = {
  readonly time: string
  readonly serial: string
  /** Whose it was, where the record of issued certificates says so. */
  readonly login?: string
  /** The uid of the human who revoked it, also behind sudo. */
  readonly by: number
}

/** A serial as it is compared. Tools write the same number with colons, in either case and with zeros in front. */
export function parseSerial(text: string): string | undefined {
  const isHexadecimal = /^-?[0-9a-f]+(:[0-9a-f]+)*$/i.test(text)
  return isHexadecimal
    ? text
        .replaceAll(':', '')
        .toUpperCase()
        .replace(/^(-?)0+(?=.)/, '$1')
    : undefined
}

/** The serials of a list, or its first line that is none: a list that is read in part would let the rest in. */
export function parseRevocations(text: string): ReadonlySet<string> | { readonly why: string } {
  const serials = new Set<string>()
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const serial = serialOfLine(line)
    if (serial === undefined) return { why: `line ${index + 1} names no serial` }
    serials.add(serial)
  }
  return serials
}

function serialOfLine(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || !('serial' in value)) return undefined
    return typeof value.serial === 'string' ? parseSerial(value.serial) : undefined
  } catch {
    return undefined
  }
}
