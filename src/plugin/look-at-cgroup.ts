/** Whose processes are in the cgroup of a job, asked by a process that has the user's effective ids and root's real ones (look.ts). */
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { controllers, isJobFolder, type Members } from '../policy/job-cgroup.ts'

/** More than a job has steps and tasks on a node; its user can make more. */
const mostFolders = 4_000

/** Throws where the folder is not there, or where somebody but root could have made it, or put processes into it. */
export function lookAtCgroup(folder: string, uid: number): Members {
  demandRoots(folder)
  demandCgroup(folder)
  const found = [folder, ...foldersBelow(folder, { left: mostFolders })].flatMap(pidsIn).map((pid) => whose(pid, uid))
  if (found.includes('others')) return 'others'
  return found.includes('own') ? 'own' : 'none'
}

/** Those of steps and tasks are the user's, who may make some, and put processes of their own into them. */
function foldersBelow(folder: string, bound: { left: number }): readonly string[] {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((each) => each.isDirectory() && isJobFolder(each.name))
    .map(({ name }) => join(folder, name))
  bound.left -= names.length
  if (bound.left < 0) throw new Error(`${folder} is one of too many folders`)
  return names.flatMap((name) => [name, ...foldersBelow(name, bound)])
}

/** Without cgroup2 what lies beside the controllers is no cgroup, and would be one of v1's by another path. */
function demandCgroup(folder: string): void {
  const isUnified = existsSync('/sys/fs/cgroup/cgroup.procs')
  const isController = controllers.some((controller) => folder.startsWith(`/sys/fs/cgroup/${controller}/`))
  if (isUnified === isController) throw new Error(`${folder} is not where its path says`)
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
