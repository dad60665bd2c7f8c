/** How the audit log is kept (DESIGN 9). */

export type AuditSettings = {
  /** Bytes after which a new file is begun. */
  readonly size: number
  /** Milliseconds after which a new file is begun. */
  readonly age: number
  /** How many old files are kept. */
  readonly keep: number
  /** Milliseconds between two fsyncs; 0 is one after every line. */
  readonly sync: number
  readonly syslog: boolean
  /** Are values of environment variables recorded? */
  readonly environment: boolean
}

export const defaultAudit: AuditSettings = {
  size: 100 * 1024 * 1024,
  age: 30 * 86_400_000,
  keep: 12,
  sync: 1_000,
  syslog: false,
  environment: false,
}
