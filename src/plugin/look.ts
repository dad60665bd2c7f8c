/**
 * A look at paths as their user sees them, in a process of its own that begins as root and becomes the user for good. A
 * process that has changed its ids cannot be traced or read by that user (prctl(2), PR_SET_DUMPABLE), as a program started
 * as the user could be: its answer would then be the user's to write.
 */
import { realpathSync, statSync, type Stats } from 'node:fs'
import type { PathFact } from '../policy/facts.ts'

export type Wish = {
  readonly uid: number
  readonly gid: number
  readonly gids: readonly number[]
  readonly paths: readonly string[]
}

/** Becomes the user of the wish, without a way back, and looks: one fact per path, in order. */
export function look({ uid, gid, gids, paths }: Wish): readonly PathFact[] {
  process.setgroups?.([...gids])
  process.setgid?.(gid)
  process.setuid?.(uid)
  if (uid === 0 || process.getuid?.() !== uid || process.geteuid?.() !== uid || process.getegid?.() !== gid)
    throw new Error('did not become the user')
  return paths.map((path) => lookAt(path, uid))
}

function lookAt(path: string, uid: number): PathFact {
  try {
    const stat = statSync(path)
    return {
      kind: kindOf(stat),
      canonical: realpathSync.native(path) === path,
      own: stat.uid === uid && (stat.mode & 0o1000) === 0,
    }
  } catch {
    return { kind: 'unreachable' }
  }
}

function kindOf(stat: Stats): 'directory' | 'file' | 'device' | 'other' {
  if (stat.isDirectory()) return 'directory'
  if (stat.isFile()) return 'file'
  return stat.isBlockDevice() || stat.isCharacterDevice() ? 'device' : 'other'
}
