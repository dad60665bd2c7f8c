/**
 * A look at paths as their user sees them, in a process of its own that takes the user's effective ids and groups and keeps
 * root's real and saved ones. So the kernel answers as it would answer the user (a changed effective uid has no capability),
 * while the user can neither trace nor signal it (ptrace(2), kill(2)): Node would open a debugger to SIGUSR1.
 */
import { realpathSync, statSync, type Stats } from 'node:fs'
import type { PathFact } from '../policy/facts.ts'

export type Wish = {
  readonly uid: number
  readonly gid: number
  readonly gids: readonly number[]
  readonly paths: readonly string[]
}

/** Takes the user's place and looks: one fact per path, in order. Nothing of the user's runs in here. */
export function look({ uid, gid, gids, paths }: Wish): readonly PathFact[] {
  process.setgroups?.([...gids])
  process.setegid?.(gid)
  process.seteuid?.(uid)
  if (uid === 0 || process.geteuid?.() !== uid || process.getegid?.() !== gid)
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
