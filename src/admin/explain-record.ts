/** Finds one decision in the audit log, also in the files that were put away. */
import { Failure } from '../failure.ts'
import { parseEntry, type AuditEntry } from './audit-query.ts'
import { readAudit } from './audit-reader.ts'

export async function findRecord(file: string, id: string): Promise<AuditEntry> {
  for await (const { lines } of readAudit(file, { since: -Infinity, follow: undefined })) {
    // Most lines are somebody else's: only the ones that hold it are parsed.
    for (const line of lines) {
      const entry = line?.includes(id) === true ? parseEntry(line) : undefined
      if (entry?.line['id'] === id) return entry
    }
  }
  throw new Failure('not-found', `${id}: no decision of this id is in ${file}`, {
    hint: 'dockerrunctl audit --json shows the ids; what was put away long ago may be gone',
  })
}
