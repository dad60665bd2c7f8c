/** Whose processes are in the cgroup of a job, asked by a process that has the user's effective ids and root's real ones (look.ts). */
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isJobFolder, type Members } from '../policy/job-cgroup.ts'

/** Throws where the folder is not there, or where somebody but root could make such folders or put processes into them. */
export function lookAtCgroup(folder: string, uid: number): Members {
  const found = folderAndBelow(folder)
    .flatMap(pidsIn)
    .map((pid) => whose(pid, uid))
  if (found.includes('others')) return 'others'
  return found.includes('own') ? 'own' : 'none'
}

function folderAndBelow(folder: string): readonly string[] {
  demandRoots(folder)
  const below = readdirSync(folder, { withFileTypes: true }).filter(
    (each) => each.isDirectory() && isJobFolder(each.name),
  )
  return [folder, ...below.flatMap(({ name }) => folderAndBelow(join(folder, name)))]
}

function demandRoots(folder: string): void {
  for (const path of [folder, join(folder, 'cgroup.procs')]) {
    const { uid, mode } = lstatSync(path)
    if (uid !== 0 || (mode & 0o022) !== 0) throw new Error(`${path} is not root's alone`)
  }
}

const pidsIn = (folder: string): readonly number[] =>
  readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number)

/**
 * kill(2) lets us ask for processes of root's and the user's, and of nobody else; and of the two only the user's show in a
 * /proc where each account sees its own (the unit of the gate, src/admin/units.ts).
 */
function whose(pid: number, uid: number): Members {
  // Of a process that is outside of our pid namespace we are told no number.
  if (pid === 0) return 'others'
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH' ? 'none' : 'others'
  }
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === uid ? 'own' : 'none'
}
