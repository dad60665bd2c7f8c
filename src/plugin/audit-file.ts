/**
 * The audit log: one write(2) per line, before the answer, in files that are put away by size and by age without losing,
 * splitting or doubling a line, whenever the gate is killed. What cannot be recorded is not permitted (DESIGN 9).
 */
import { Failure } from '../failure.ts'
import type { AuditSettings } from '../policy/audit-settings.ts'
import type { WriteAudit } from './audit.ts'
import { openDisk } from './audit-disk.ts'
import { openSeries, reasonOf } from './audit-series.ts'
import { openSyslog, type Syslog } from './audit-syslog.ts'
import { toText } from './audit-text.ts'

export type Audit = {
  /** Throws when the line is not in the file for good. */
  readonly write: WriteAudit
  /** Leaves a file that another program has put away, and begins or ends with syslog, as the settings say now. */
  readonly reopen: () => void
  readonly close: () => void
}

/**
 * `settings` are asked for at each line, since policy may change. `report` hears of what goes wrong apart from a line: a file
 * that cannot be opened yet, or put away, or synced.
 */
export function openAudit(file: string, settings: () => AuditSettings, report: (error: unknown) => void): Audit {
  const disk = openDisk((error) => report(cannotWrite(file, error)))
  const series = openSeries(file, disk, report)
  let syslog: Syslog | undefined
  let isOpen = true

  const syslogNow = (isWanted: boolean): Syslog | undefined => {
    if (!isWanted) syslog?.close()
    syslog = isWanted ? (syslog ?? openSyslog(report)) : undefined
    return syslog
  }
  const reopen = (): void => {
    syslogNow(settings().syslog)
    try {
      series.next(0, settings())
    } catch (error) {
      report(cannotWrite(file, error))
    }
  }

  reopen()
  return {
    write: (line) => {
      const inForce = settings()
      const text = toText(line)
      try {
        if (!isOpen) throw new Error('it is closed')
        syslogNow(inForce.syslog)?.send(text)
        const log = series.next(Buffer.byteLength(text), inForce)
        log.append(text)
        disk.note(log.descriptor, inForce.sync)
      } catch (error) {
        throw cannotWrite(file, error)
      }
    },
    reopen,
    close: () => {
      isOpen = false
      series.close()
      syslog?.close()
    },
  }
}

const cannotWrite = (file: string, error: unknown): Failure =>
  error instanceof Failure
    ? error
    : new Failure('settings', `the audit log ${file} cannot be written: ${reasonOf(error)}`, {
        hint: 'mend this; until then users can only end what they run',
      })
