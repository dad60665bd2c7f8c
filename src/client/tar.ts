/** The one regular file of a small tar archive, as GET /containers/{id}/archive gives it. A link counts as absent. Pure. */
export const readOnlyFile = (archive: Buffer): Buffer | undefined => {
  for (let at = 0; at + block <= archive.length;) {
    const header = archive.subarray(at, at + block)
    const size = sizeOf(header)
    if (size === undefined) return undefined
    const kind = header.toString('latin1', 156, 157)
    const body = archive.subarray(at + block, at + block + size)
    if (kind === '0' || kind === '\0') return body.length === size && header[0] !== 0 ? body : undefined
    if (!extended.has(kind)) return undefined
    at += block + Math.ceil(size / block) * block
  }
  return undefined
}

const block = 512
/** pax headers and GNU long names stand before the entry they speak of; they tell nothing we need. */
const extended: ReadonlySet<string> = new Set(['x', 'g', 'L', 'K'])

const sizeOf = (header: Buffer): number | undefined => {
  const octal = header.toString('latin1', 124, 136).replace(/[\0 ]+$/, '')
  return /^[0-7]+$/.test(octal) ? Number.parseInt(octal, 8) : undefined
}
