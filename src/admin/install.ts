/** dockerrunctl install: what has to change on a host for its users to run containers, done as one, and undone (DESIGN 2, 5). */
import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join, normalize } from 'node:path'
import { Failure } from '../failure.ts'
import { readRootsFile } from '../host/roots-file.ts'
import {
  parseDaemon,
  findConflicts,
  formatDaemon,
  mergeDaemon,
  unmergeDaemon,
  type Daemon,
  type Wanted,
} from './daemon-json.ts'
import {
  digestOf,
  placeIn,
  putInPlace,
  readFound,
  removeFolders,
  restore,
  type Change,
  type Entry,
  type Folder,
  type Found,
} from './installed.ts'
import { buildSiteFiles, type Site } from './site-files.ts'
import { findMissingRange, withLine, withoutLine } from './subordinate-ids.ts'

export type Order = {
  /** / or the folder of an image that is being made. */
  readonly root: string
  readonly site: Site
  readonly wanted: Wanted
  /** Of the CA, the gate's state and the audit log: what is in them later stays when the rest is taken back, but for `purge`. */
  readonly folders: readonly Folder[]
}

export const daemonPath = '/etc/docker/daemon.json'
const recordPath = '/etc/dockerrun/install.json'

type InstallRecord = {
  readonly wanted: Wanted
  readonly entries: readonly Entry[]
  readonly folders: readonly string[]
  /** Those of `folders` that fill: asked about with `purge`. */
  readonly kept: readonly string[]
}

/** Only what differs: nothing where it is all there. Throws a Failure that names each conflict with what the site has chosen. */
export async function planInstall({ root, site, wanted }: Order): Promise<readonly Change[]> {
  const found = await readFound(root, daemonPath)
  const daemon = withoutEarlier(parseDaemon(found?.text, daemonPath), wanted, await readInstalled(root))
  const conflicts = findConflicts(daemon, wanted)
  if (conflicts.length > 0)
    throw new Failure('settings', `${daemonPath}: ${conflicts.join('; ')}`, {
      hint: 'it is yours to change: nothing of it is written over',
    })
  const merged = mergeDaemon(daemon, wanted)
  const isThere = JSON.stringify(merged) === JSON.stringify(parseDaemon(found?.text, daemonPath))
  const files = await Promise.all(
    buildSiteFiles(site).map(async ({ path, text, mode, isSites }) => {
      const before = await readFound(root, path)
      return { path, mode, before, after: isSites === true && before !== undefined ? before.text : text }
    }),
  )
  const daemonChange = {
    path: daemonPath,
    mode: found?.mode ?? 0o644,
    before: found,
    after: isThere ? (found?.text ?? '') : formatDaemon(merged),
  }
  const paths = wanted.isRemapped ? ['/etc/subuid', '/etc/subgid'] : []
  const ranges = await Promise.all(paths.map(async (path) => await addRange(root, path)))
  return [...files, ...ranges.flat(), daemonChange].filter(({ before, after }) => before?.text !== after)
}

/** What an earlier installation chose otherwise is no choice of the site's. */
function withoutEarlier(daemon: Daemon, wanted: Wanted, record: InstallRecord | undefined): Daemon {
  const entry = record?.entries.find(({ path }) => path === daemonPath)
  if (record === undefined || entry === undefined || findConflicts(daemon, wanted).length === 0) return daemon
  return unmergeDaemon(daemon, record.wanted, parseDaemon(entry.before?.text, daemonPath))
}

/** The file is everybody's: what is put there, and taken away again, is one line. */
async function addRange(root: string, path: string): Promise<readonly Change[]> {
  const before = await readFound(root, path)
  const line = findMissingRange(before?.text ?? '')
  if (line === undefined) return []
  return [{ path, mode: before?.mode ?? 0o644, before, after: withLine(before?.text ?? '', line), line }]
}

/** Throws with all as it was. */
export async function install({ root, wanted, folders }: Order, changes: readonly Change[]): Promise<void> {
  const recorded = await readInstalled(root)
  const known = new Map(recorded?.entries.map((entry) => [entry.path, entry]))
  for (const { path, before, after, line } of changes)
    known.set(path, { path, before: known.has(path) ? known.get(path)?.before : before, digest: digestOf(after), line })
  const found = await readFound(root, recordPath)
  const made = await putInPlace(root, changes, folders)
  const all = [...new Set([...(recorded?.folders ?? []), ...made])]
  const kept = folders.map(({ path }) => path).filter((path) => all.includes(path))
  const record: InstallRecord = { wanted, entries: [...known.values()], folders: all, kept }
  const after = `${JSON.stringify(record, undefined, 2)}\n`
  try {
    await putInPlace(root, [{ path: recordPath, mode: 0o600, before: found, after }], [])
  } catch (error) {
    for (const change of changes.toReversed()) await restore(root, change)
    await removeFolders(root, made)
    throw error
  }
}

export type TakenBack = {
  readonly gone: readonly string[]
  /** Files that the site has changed since. */
  readonly left: readonly string[]
  /** Folders with certificates and records in them. */
  readonly kept: readonly string[]
}

/** What was put there goes, what was there before comes back; what the site has changed since stays, and is told. */
export async function uninstall(root: string, { purge }: { readonly purge: boolean }): Promise<TakenBack> {
  const record = await readInstalled(root)
  if (record === undefined)
    throw new Failure('settings', `${join(root, recordPath)} does not exist: nothing was installed by dockerrunctl`, {
      hint: 'is this the host?',
    })
  const [gone, left]: [string[], string[]] = [[], []]
  for (const entry of record.entries) {
    const now = await readFound(root, entry.path)
    const isShared = entry.path === daemonPath || entry.line !== undefined
    if (now !== undefined && !isShared && digestOf(now.text) !== entry.digest) left.push(entry.path)
    else {
      await restore(root, { path: entry.path, before: withoutOurs(now, entry, record) })
      gone.push(entry.path)
    }
  }
  for (const { path } of record.entries) if (gone.includes(path)) await removeLinks(root, path)
  if (purge) for (const path of record.kept) await rm(await placeIn(root, path), { recursive: true, force: true })
  await restore(root, { path: recordPath, before: undefined })
  const stay = await removeFolders(root, record.folders)
  return { gone, left, kept: record.kept.filter((path) => stay.includes(path)) }
}

/** What `systemctl enable` made of a unit (systemd.unit(5): .wants). */
async function removeLinks(root: string, path: string): Promise<void> {
  const folder = join(root, dirname(path))
  const wants = await readdir(folder).catch(() => [])
  for (const name of wants.filter((each) => each.endsWith('.wants'))) {
    await rm(await placeIn(root, join(dirname(path), name, basename(path))), { force: true })
    await removeFolders(root, [join(dirname(path), name)])
  }
}

/** The very text that was there, where the site has changed nothing since. */
function withoutOurs(
  now: Found | undefined,
  { path, before, line }: Entry,
  { wanted }: InstallRecord,
): Found | undefined {
  const mode = now?.mode ?? 0o644
  if (line !== undefined) {
    const text = withoutLine(now?.text ?? '', line)
    return text === '' && before === undefined ? undefined : { text, mode }
  }
  if (path !== daemonPath) return before
  const [current, original] = [parseDaemon(now?.text, daemonPath), parseDaemon(before?.text, daemonPath)]
  const left = unmergeDaemon(current, wanted, original)
  return JSON.stringify(left) === JSON.stringify(original) ? before : { text: formatDaemon(left), mode }
}

/** Of what was installed before; undefined where nothing was. */
export async function readInstalled(root: string): Promise<InstallRecord | undefined> {
  const text = readRootsFile(await placeIn(root, recordPath))
  if (text === undefined) return undefined
  const record: unknown = JSON.parse(text)
  if (isRecord(record)) {
    const { entries, folders, kept } = record
    if ([...entries.map(({ path }) => path), ...folders, ...kept].every(isPlain)) return record
  }
  throw new Failure('settings', `${recordPath} is not readable`, { hint: 'it was made by dockerrunctl install' })
}

const isPlain = (path: string): boolean => path.startsWith('/') && path === normalize(path)

/** It is root's own, made by this program. */
const isRecord = (value: unknown): value is InstallRecord =>
  typeof value === 'object' && value !== null && 'entries' in value && 'wanted' in value && 'kept' in value
