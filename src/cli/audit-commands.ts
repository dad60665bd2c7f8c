/** dockerrunctl audit: reads the command line, and shows what src/admin finds in the audit log. */
import process from 'node:process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Argv } from 'yargs'
import { matchesQuery, parseEntry, type AuditEntry, type AuditQuery } from '../admin/audit-query.ts'
import { readAudit, type Batch } from '../admin/audit-reader.ts'
import { describeSummary, openTally } from '../admin/audit-summary.ts'
import { describeEntry } from '../admin/audit-text.ts'
import { parseMoment } from '../admin/moment.ts'
import { Failure } from '../failure.ts'
import { flagOption, textOption } from './options.ts'
import { printable } from './report.ts'

type Options = {
  readonly file: string
  readonly user: string | undefined
  readonly operation: string | undefined
  readonly container: string | undefined
  readonly denied: boolean
  readonly allowed: boolean
  readonly since: string | undefined
  readonly until: string | undefined
  readonly follow: boolean
  readonly summary: boolean
  readonly json: boolean
}

export const auditOptions = <Given>(command: Argv<Given>) =>
  command
    .option('file', { ...textOption, default: '/var/log/dockerrun/audit.jsonl', describe: 'the audit log' })
    .option('user', { ...textOption, describe: 'decisions on what this login asked' })
    .option('operation', { ...textOption, describe: 'of this operation, such as ContainerCreate' })
    .option('container', { ...textOption, describe: 'on the container of this name or id' })
    .option('denied', { ...flagOption, describe: 'what was denied' })
    .option('allowed', { ...flagOption, describe: 'what was allowed' })
    .option('since', { ...textOption, describe: 'from then on: 2h, 30m, 3d, or a date' })
    .option('until', { ...textOption, describe: 'until then' })
    .option('follow', { ...flagOption, describe: 'go on with what comes; alone, nothing older' })
    .option('summary', { ...flagOption, describe: 'who did how much, and what was denied why' })
    .option('json', { ...flagOption, describe: 'the lines as they are in the log' })

export async function showAudit(options: Options): Promise<void> {
  const query = readQuery(options, Date.now())
  const unread = countUnread()
  try {
    // Only the end of this process ends it.
    const follow = options.follow ? new AbortController().signal : undefined
    const batches = readAudit(options.file, { since: query.since ?? -Infinity, follow })
    const found = findEntries(batches, { query, unread, isLive: options.follow })
    await show(options.summary ? summarize(found, options.json) : list(found, options.json))
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw new Failure('settings', error.message, { hint: "the audit log is root's to read; --file says where it is" })
  } finally {
    unread.tell()
  }
}

function readQuery({ user, operation, container, denied, allowed, ...options }: Options, now: number): AuditQuery {
  if (denied && allowed) throw unfit('--denied and --allowed leave nothing', 'without both, all decisions are shown')
  if (options.follow && (options.summary || options.until !== undefined))
    throw unfit('--follow has no end, so it goes with neither --summary nor --until', 'leave one of them out')
  return {
    user,
    operation,
    container,
    verdict: denied ? 'deny' : allowed ? 'allow' : undefined,
    since: readMoment('--since', options.since, now) ?? (options.follow ? now : undefined),
    until: readMoment('--until', options.until, now),
  }
}

function readMoment(option: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  const moment = parseMoment(text, now)
  if (moment === undefined)
    throw unfit(`${option} ${text}: that is no time`, 'write 2h, 30m, 3d, 2026-11-22 or 2026-11-22T10:30')
  return moment
}

const unfit = (what: string, hint: string): Failure => new Failure('usage', what, { hint })

type Found = AsyncGenerator<readonly AuditEntry[]>

/** In the batches in which they were read: millions of lines would be too many steps one by one. */
async function* findEntries(
  batches: AsyncIterable<Batch>,
  { query, unread, isLive }: { readonly query: AuditQuery; readonly unread: Unread; readonly isLive: boolean },
): Found {
  for await (const { file, lines } of batches) {
    const entries = lines.map((line) => (line === undefined ? undefined : parseEntry(line)))
    const readable = entries.filter((entry) => entry !== undefined)
    unread.add(file, entries.length - readable.length)
    if (isLive) unread.tell()
    yield readable.filter((entry) => matchesQuery(query, entry))
  }
}

async function* list(found: Found, isJson: boolean): AsyncGenerator<string> {
  for await (const entries of found) yield linesOf(entries.map((entry) => (isJson ? entry.text : describeEntry(entry))))
}

async function* summarize(found: Found, isJson: boolean): AsyncGenerator<string> {
  const tally = openTally()
  for await (const entries of found) entries.forEach(tally.add)
  yield linesOf(isJson ? [JSON.stringify(tally.result())] : describeSummary(tally.result()))
}

const linesOf = (lines: readonly string[]): string => lines.map((line) => `${printable(line)}\n`).join('')

/** As fast as its reader takes it. */
const show = async (texts: AsyncGenerator<string>): Promise<void> =>
  await pipeline(Readable.from(texts), process.stdout, { end: false })

type Unread = { readonly add: (file: string, count: number) => void; readonly tell: () => void }

/** Lines that are none of ours: cut off by a full disk, or damaged. They are said, and stop nothing. */
function countUnread(): Unread {
  const counts = new Map<string, number>()
  return {
    add: (file, count) => {
      if (count > 0) counts.set(file, (counts.get(file) ?? 0) + count)
    },
    tell: () => {
      for (const [file, count] of counts)
        process.stderr.write(
          `dockerrunctl: ${printable(file)}: ${count === 1 ? 'a line' : `${count} lines`} left out: damaged\n`,
        )
      counts.clear()
    },
  }
}
