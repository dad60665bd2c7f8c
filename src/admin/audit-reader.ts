/** Reads the audit log in the order in which it was written, and goes on with what is written meanwhile. */
import { basename } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../failure.ts'
import { findRotationTime } from '../policy/audit-names.ts'
import type { RawLine } from './audit-lines.ts'
import { openParts, readIdentity, type Part } from './audit-parts.ts'

export type Batch = { readonly file: string; readonly lines: readonly RawLine[] }

/** Between two looks of one who follows, in milliseconds. */
const pauseBetween = 200

/**
 * What was written since about `since`, and until `follow` aborts, where it is given, also what comes. A file that is put away
 * meanwhile is read to its end first, and then those that came and went between two looks.
 */
export async function* readAudit(
  file: string,
  { since, follow }: { readonly since: number; readonly follow: AbortSignal | undefined },
): AsyncGenerator<Batch> {
  let parts = await openParts(file, since)
  const known = new Set(parts.map(({ name }) => name))
  try {
    for (;;) {
      const last = parts.at(-1)
      if (last === undefined) throw nothingThere(file)
      // Looked at before it is read: once the gate has gone on to another, nothing is added to this one.
      const isLeft = await hasSuccessor(file, last)
      for (const part of parts) {
        yield* readPart(part)
        if (part !== last) yield* leave(part)
      }
      if (follow === undefined) return
      const successors = isLeft ? await openSuccessors(file, { last, known, since }) : []
      if (successors.length > 0) {
        parts = successors
        yield* leave(last)
      } else {
        parts = [last]
        await pause(pauseBetween, undefined, { signal: follow }).catch(() => {})
        if (follow.aborted) return
      }
    }
  } finally {
    for (const part of parts) await part.close()
  }
}

const nothingThere = (file: string): Failure =>
  new Failure('not-found', `${file}: no audit log is there`, { hint: '--file says where it is' })

/** Where nothing has the name, the gate could make no new file, and goes on with the old one. */
async function hasSuccessor(file: string, last: Part): Promise<boolean> {
  const identity = await readIdentity(file)
  return identity !== undefined && identity !== last.identity
}

/** Those after `last`: what is written now, and what the gate has put away under names that were not there before. */
async function openSuccessors(
  file: string,
  { last, known, since }: { readonly last: Part; readonly known: Set<string>; readonly since: number },
): Promise<readonly Part[]> {
  const base = basename(file)
  const parts = await openParts(file, since)
  const successors = parts.filter(
    ({ name, identity }) =>
      identity !== last.identity && (name === base || (!known.has(name) && findRotationTime(base, name) !== undefined)),
  )
  for (const part of parts) {
    known.add(part.name)
    if (!successors.includes(part)) await part.close()
  }
  return successors
}

async function* readPart(part: Part): AsyncGenerator<Batch> {
  for await (const lines of part.read()) if (lines.length > 0) yield { file: part.name, lines }
}

async function* leave(part: Part): AsyncGenerator<Batch> {
  await part.close()
  if (part.isTorn()) yield { file: part.name, lines: [undefined] }
}
