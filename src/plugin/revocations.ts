/** The list of revoked certificates as it is on disk now: read anew when its file has changed, and never in part. */
import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseRevocations } from '../contract/revocation.ts'
import { Failure } from '../failure.ts'

/** Serials as parseSerial has them, or why they are not known. */
export type Revocations = ReadonlySet<string> | { readonly why: string }

/**
 * Two looks at the disk per call (2 us), so that a revocation holds from the moment dockerrunctl returns. A list that is not
 * there is empty. `report` hears of a list that cannot be used, and not again at each request.
 */
export function openRevocations(place: () => string, report: (error: unknown) => void): () => Revocations {
  let held: { readonly file: string; readonly state: string; readonly list: ReadonlySet<string> } | undefined
  let reported = ''
  return () => {
    const file = place()
    try {
      const state = readState(file)
      if (held?.file !== file || held.state !== state)
        held = { file, state, list: state === absent ? new Set() : readList(file) }
      reported = ''
      return held.list
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      const hint = 'mend it; until then nobody is let in by certificate'
      if (why !== reported) report(new Failure('settings', `the list of revoked certificates: ${why}`, { hint }))
      reported = why
      return { why }
    }
  }
}

const absent = 'absent'

/** Changes whenever the file does: dockerrunctl only ever makes it longer, an editor puts another one in its place. */
function readState(file: string): string {
  const folder = dirname(file)
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return absent
  // From a folder of others' the list could have been taken away. A link that leads nowhere is no absent folder: it throws.
  demandOwn(folder, statSync(folder, { bigint: true }))
  const stat = lstatSync(file, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) return absent
  demandOwnFile(file, stat)
  return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ')
}

/** Looks again at what it has opened: not a link's target, and not a pipe, which could make the gate wait. */
function readList(file: string): ReadonlySet<string> {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    demandOwnFile(file, fstatSync(descriptor, { bigint: true }))
    const list = parseRevocations(readFileSync(descriptor, 'utf8'))
    if ('why' in list) throw new Error(`${file}: ${list.why}`)
    return list
  } finally {
    closeSync(descriptor)
  }
}

function demandOwnFile(path: string, stat: BigIntStats): void {
  if (!stat.isFile()) throw new Error(`${path}: not a file`)
  demandOwn(path, stat)
}

function demandOwn(path: string, { uid, mode }: BigIntStats): void {
  const isOwn = uid === 0n || uid === BigInt(process.geteuid?.() ?? 0)
  if (!isOwn || (mode & 0o022n) !== 0n) throw new Error(`${path}: can be changed by others than root`)
}
