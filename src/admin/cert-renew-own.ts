/**
 * A user's own certificate, made anew when it is due: run as that user, who can read when it ends; what signs is asked for by
 * sudo. A login calls it in the background, where nobody sees what it says: so it leaves a warning for the next login.
 */
import { spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { hasCode, writeFiles } from '../host/files.ts'
import { isDue, type Span } from './cert-renew.ts'

export type OwnRenewal = {
  /** Of cert.pem. */
  readonly folder: string
  /** The command line that issues one for oneself, without a question. */
  readonly command: readonly [string, ...string[]]
  /** Also before it is due. */
  readonly isForced: boolean
  readonly now: Date
}
export type RenewalOutcome = 'renewed' | 'not due' | 'under way'

/** Longer than an issue takes at most. */
const longest = 120_000
const day = 86_400_000
const warnedDays = 7

/** Throws a Failure where none could be had. */
export async function renewOwn({ folder, command, isForced, now }: OwnRenewal): Promise<RenewalOutcome> {
  const warning = join(folder, '.renewal-warning')
  const span = await readSpan(join(folder, 'cert.pem'))
  if (!isForced && !isDue(span, now.getTime())) {
    await rm(warning, { force: true })
    return 'not due'
  }
  const lock = join(folder, '.renewing')
  if (!(await claim(lock))) return 'under way'
  try {
    if (await isDone(command)) {
      await rm(warning, { force: true })
      return 'renewed'
    }
  } finally {
    await rm(lock, { force: true })
  }
  if (span.until - now.getTime() < warnedDays * day)
    await writeFiles([{ path: warning, data: `${warningOf(span)}\n`, mode: 0o600 }], { replace: true })
  throw new Failure('certificate', 'no new certificate could be had', { hint: `this says why: ${command.join(' ')}` })
}

/** As its user's own program, with that one's environment, and with nothing said. */
const isDone = async ([file, ...args]: OwnRenewal['command']): Promise<boolean> =>
  await new Promise((resolve) => {
    const child = spawn(file, args, { stdio: 'ignore', timeout: longest })
    child.on('error', () => resolve(false)).on('close', (status) => resolve(status === 0))
  })

/** With the date: it is read later than it is written. */
const warningOf = ({ until }: Span): string =>
  `dockerrun: your certificate ends on ${new Date(until).toISOString().slice(0, 10)} and could not be renewed: ` +
  'try sudo dockerrunctl cert issue --self, or ask the administrator'

async function readSpan(file: string): Promise<Span> {
  const pem = await readFile(file, 'utf8').catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error
  })
  try {
    const { validFrom, validTo } = new X509Certificate(pem ?? '')
    return { from: Date.parse(validFrom), until: Date.parse(validTo) }
  } catch {
    throw new Failure('certificate', `${file}: there is no certificate to renew`, {
      hint: 'get one: sudo dockerrunctl cert issue --self',
    })
  }
}

/** A file of O_EXCL's, which NFS keeps too. One that is left behind is in nobody's way for long. */
async function claim(lock: string): Promise<boolean> {
  const age = await stat(lock).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  )
  if (age > longest) await rm(lock, { force: true })
  try {
    await using _ = await open(lock, 'wx', 0o600)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}
