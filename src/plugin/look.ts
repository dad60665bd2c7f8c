/**
 * A look at paths as their user sees them, in a process of its own that takes the user's effective ids and groups and keeps
 * root's real and saved ones. So the kernel answers as it would answer the user (a changed effective uid has no capability),
 * while the user can neither trace nor signal it (ptrace(2), kill(2)): Node would open a debugger to SIGUSR1.
 */
import { closeSync, constants, lstatSync, openSync, realpathSync, statSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import type { PathFact } from '../policy/facts.ts'
import { lookAtCgroup } from './look-at-cgroup.ts'

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
    if (path.startsWith('/sys/fs/cgroup/')) return { kind: 'cgroup', members: lookAtCgroup(path, uid) }
    const stat = statSync(path)
    return {
      kind: kindOf(stat),
      canonical: realpathSync.native(path) === path,
      own: stat.uid === uid && !isSticky(stat),
      opens: isOpened(path, stat),
      fixed: isFixed(dirname(path)),
    }
  } catch {
    return { kind: 'unreachable' }
  }
}

function isOpened(path: string, stat: Stats): boolean {
  if (!stat.isDirectory() && !stat.isFile()) return false
  try {
    closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK))
    return true
  } catch {
    return false
  }
}

const isSticky = ({ mode }: Stats): boolean => (mode & 0o1000) !== 0

/**
 * Can nobody but root put another folder in the place of this one, or of one above it? Another user may do it for this one.
 * Rights that an ACL gives show in the group's bits, so these count for everybody; and whoever owns a folder may change them.
 */
function isFixed(folder: string): boolean {
  if (folder === '/') return true
  const [entry, around] = [lstatSync(folder), lstatSync(dirname(folder))]
  const isWritable = (around.mode & 0o022) !== 0 && !(isSticky(around) && entry.uid === 0)
  return around.uid === 0 && !isWritable && isFixed(dirname(folder))
}

function kindOf(stat: Stats): 'directory' | 'file' | 'device' | 'other' {
  if (stat.isDirectory()) return 'directory'
  if (stat.isFile()) return 'file'
  return stat.isBlockDevice() || stat.isCharacterDevice() ? 'device' : 'other'
}
