/** What dockerrunctl tells the running gate about certificates, so that the audit log has it (DESIGN 9). */

export type CertificateEvent = {
  readonly operation: 'CertificateIssue' | 'CertificateRevoke'
  /** In hexadecimal. */
  readonly serial: string
  /** Whose it is; the engine's own, and those of which nothing is known, have none. */
  readonly login?: string
  readonly uid?: number
  /** Those of an engine. */
  readonly names?: readonly string[]
  readonly notAfter?: string
  /** The uid of the human, also behind sudo. */
  readonly by: number
}

/** What the gate answers when each of them has its line. */
export type Recorded = { readonly recorded: number }
