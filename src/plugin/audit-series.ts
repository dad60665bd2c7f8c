/** The files of the audit log one after the other: which of them the next line goes to. */
import { lstatSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../failure.ts'
import { hasCode } from '../host/files.ts'
import type { AuditSettings } from '../policy/audit-settings.ts'
import type { Disk } from './audit-disk.ts'
import { openLogFile, type LogFile } from './audit-log-file.ts'
import { putAway, removeOldest } from './audit-rotation.ts'

export type Series = {
  /** The file for a line of so many bytes. Throws where there is none that would be found again. */
  readonly next: (length: number, settings: AuditSettings) => LogFile
  readonly close: () => void
}

export function openSeries(file: string, disk: Disk, report: (error: unknown) => void): Series {
  let log: LogFile | undefined
  let said = ''

  /** What goes wrong at every line is said once, until it goes well. */
  const complain = (error: unknown): void => {
    const what = `the audit log ${file} is written on, but no new file is begun: ${reasonOf(error)}`
    if (what !== said) report(new Failure('settings', what, { hint: 'mend this: it grows meanwhile' }))
    said = what
  }
  /** The file that has the name now. What was put away is written on only where no new one can be made. */
  const renew = (): LogFile => {
    const old = log
    try {
      log = openLogFile(file, Date.now())
    } catch (error) {
      if (old?.hasName() !== true) throw error
      complain(error)
      return old
    }
    said = ''
    if (old !== undefined) disk.retire(old.descriptor)
    disk.noteNames(dirname(file))
    return log
  }
  const rotate = (current: LogFile, keep: number): LogFile => {
    try {
      putAway(file, Date.now())
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) {
        complain(error)
        return current
      }
      // Another program was faster.
    }
    const next = renew()
    if (next !== current) void removeOldest(file, keep).catch(report)
    return next
  }
  return {
    // A look at the path before each line, which costs microseconds: that the file was removed, or put away by another
    // program, is noticed before a line goes astray, and the size is the real one.
    next: (length, settings) => {
      const seen = lstatSync(file, { bigint: true, throwIfNoEntry: false })
      if (log?.isAt(seen) !== true) return renew()
      return isDue(settings, log.since, Number(seen?.size ?? 0), length) ? rotate(log, settings.keep) : log
    },
    close: () => {
      if (log !== undefined) disk.retire(log.descriptor)
      log = undefined
    },
  }
}

/** A size or an age of 0 is none. An empty file is never put away, however long its first line is. */
const isDue = ({ size, age }: AuditSettings, since: number, seen: number, length: number): boolean =>
  seen > 0 && length > 0 && ((size > 0 && seen + length > size) || (age > 0 && Date.now() - since >= age))

/** Without the call and the paths, which differ each time. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'syscall' in error ? (error.message.split(', ')[0] ?? '') : error.message
}
