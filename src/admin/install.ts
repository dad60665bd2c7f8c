/** dockerrunctl install: what has to change on a host for its users to run containers, done as one, and undone (DESIGN 2, 5). */
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { parseDaemon, findConflicts, formatDaemon, mergeDaemon, unmergeDaemon, type Wanted } from './daemon-json.ts'
import { digestOf, putInPlace, readText, removeFolders, restore, type Change, type Entry } from './installed.ts'
import { buildSiteFiles, type Site } from './site-files.ts'

export type Order = {
  /** / or the folder of an image that is being made. */
  readonly root: string
  readonly site: Site
  readonly wanted: Wanted
}

const daemonPath = '/etc/docker/daemon.json'
const recordPath = '/etc/dockerrun/install.json'

type InstallRecord = {
  readonly wanted: Wanted
  readonly entries: readonly Entry[]
  readonly folders: readonly string[]
}

/** Only what differs: nothing where it is all there. Throws a Failure that names each conflict with what the site has chosen. */
export async function planInstall({ root, site, wanted }: Order): Promise<readonly Change[]> {
  const text = await readText(root, daemonPath)
  const daemon = parseDaemon(text, daemonPath)
  const conflicts = findConflicts(daemon, wanted)
  if (conflicts.length > 0)
    throw new Failure('settings', `${daemonPath}: ${conflicts.join('; ')}`, {
      hint: 'it is yours to change: nothing of it is written over',
    })
  const merged = mergeDaemon(daemon, wanted)
  const isThere = JSON.stringify(merged) === JSON.stringify(daemon)
  const files = await Promise.all(
    buildSiteFiles(site).map(async ({ path, text: after, mode, isSites }) => {
      const before = await readText(root, path)
      return { path, mode, before, after: isSites === true && before !== undefined ? before : after }
    }),
  )
  const daemonChange = {
    path: daemonPath,
    mode: 0o644,
    before: text,
    after: isThere ? (text ?? '') : formatDaemon(merged),
  }
  return [...files, daemonChange].filter(({ before, after }) => before !== after)
}

/** Throws with all as it was. */
export async function install(order: Order, changes: readonly Change[]): Promise<void> {
  const { root, wanted } = order
  const recorded = await readRecord(root)
  const known = new Map(recorded?.entries.map((entry) => [entry.path, entry]))
  for (const { path, before, after } of changes)
    known.set(path, { path, before: known.has(path) ? known.get(path)?.before : before, digest: digestOf(after) })
  const text = await readText(root, recordPath)
  const folders = await putInPlace(root, changes)
  const record: InstallRecord = {
    wanted,
    entries: [...known.values()],
    folders: [...new Set([...(recorded?.folders ?? []), ...folders])],
  }
  const after = `${JSON.stringify(record, undefined, 2)}\n`
  try {
    await putInPlace(root, [{ path: recordPath, mode: 0o600, before: text, after }])
  } catch (error) {
    for (const change of changes.toReversed()) await restore(root, change)
    await removeFolders(root, folders)
    throw error
  }
}

/** What was put there goes, what was there before comes back; what the site has changed since stays, and is told. */
export async function uninstall(
  root: string,
): Promise<{ readonly gone: readonly string[]; readonly left: readonly string[] }> {
  const record = await readRecord(root)
  if (record === undefined)
    throw new Failure('settings', `${join(root, recordPath)} does not exist: nothing was installed by dockerrunctl`, {
      hint: 'is this the host?',
    })
  const [gone, left]: [string[], string[]] = [[], []]
  for (const entry of record.entries) {
    const now = await readText(root, entry.path)
    const change = {
      path: entry.path,
      mode: 0o644,
      before: entry.path === daemonPath ? withoutOurs(now, entry, record) : entry.before,
    }
    if (now !== undefined && entry.path !== daemonPath && digestOf(now) !== entry.digest) left.push(entry.path)
    else {
      await restore(root, change)
      gone.push(entry.path)
    }
  }
  await restore(root, { path: recordPath, mode: 0o600, before: undefined })
  await removeFolders(root, record.folders)
  return { gone, left }
}

/** The very text that was there, where the site has changed nothing since. */
function withoutOurs(now: string | undefined, { before }: Entry, { wanted }: InstallRecord): string | undefined {
  const [current, original] = [parseDaemon(now, daemonPath), parseDaemon(before, daemonPath)]
  const left = unmergeDaemon(current, wanted, original)
  if (JSON.stringify(left) === JSON.stringify(original)) return before
  return formatDaemon(left)
}

async function readRecord(root: string): Promise<InstallRecord | undefined> {
  const text = await readText(root, recordPath)
  if (text === undefined) return undefined
  const record: unknown = JSON.parse(text)
  if (isRecord(record)) return record
  throw new Failure('settings', `${recordPath} is not readable`, { hint: 'it was made by dockerrunctl install' })
}

/** It is root's own, made by this program. */
const isRecord = (value: unknown): value is InstallRecord =>
  typeof value === 'object' && value !== null && 'entries' in value && 'wanted' in value && 'folders' in value
