/** Puts the file of the audit log away under a name of its own, and removes the oldest of those. */
import { readdirSync, renameSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { findRotated, rotatedName } from '../policy/audit-names.ts'

/**
 * One rename, and so done or not done whenever we are killed. The name has our pid, so that two gates on one file, which
 * nobody should have, cannot rename one over the other.
 */
export function putAway(file: string, now: number): void {
  const newest = readRotated(file).at(-1)?.time ?? 0
  renameSync(file, join(dirname(file), rotatedName(basename(file), Math.max(now, newest + 1), process.pid)))
}

/** All but the newest `keep`. Beside the work: removing a large file takes its time. */
export async function removeOldest(file: string, keep: number): Promise<void> {
  const rotated = readRotated(file)
  for (const { name } of rotated.slice(0, Math.max(0, rotated.length - keep)))
    await rm(join(dirname(file), name), { force: true })
}

const readRotated = (file: string) => findRotated(basename(file), readdirSync(dirname(file)))
