/**
 * The cgroup of a Slurm job as the parent of a container's: so the job's limits are the container's (invariant 7). Whose it is
 * is said by the processes in it, and never by its name, which only has to lead to a job and not to what is around it (M21).
 */

/**
 * Slurm 22.05, task/cgroup and proctrack/cgroup: v1 /slurm[_NODE]/uid_U/job_J[/step_S[/task_T]], v2
 * /system.slice/[NODE_]slurmstepd.scope/job_J[/step_S[/user[/task_T]]]. Around job_J are other jobs. What is below it belongs to
 * the user, who could give another folder the name of a container's while runc sets it up.
 */
const form = /^(?:\/(?!\.)[\w.@:-]+)*\/job_[0-9]+$/
/** A controller's name is no part of a path in it. */
const strange =
  /^\/(?:memory|freezer|cpuset|devices|cpu|cpuacct|cpu,cpuacct|pids|blkio|hugetlb|net_cls|net_prio|perf_event|rdma|misc|unified|systemd)\//

export const isJobCgroup = (path: string): boolean => path.length < 1024 && form.test(path) && !strange.test(path)

/** Folders that Slurm makes for processes below a job; those of containers are others. */
export const isJobFolder = (name: string): boolean => /^(?:step_\w+|task_\w+|user|slurm)$/.test(name)

/** Of v1's, those that Slurm uses. */
export const controllers = ['memory', 'freezer'] as const

/** Where a cgroup of this path is a folder: v1's, or v2's one; which of both there is, who looks has to tell. */
export const cgroupFolders = (path: string): readonly string[] =>
  [...controllers.map((controller) => `/${controller}`), ''].map((root) => `/sys/fs/cgroup${root}${path}`)

/** Who has processes there. */
export type Members = 'own' | 'none' | 'others'

/** In: the uids of the processes of a job, slurmstepd's (root's) among them. */
export function membersOf(uids: readonly number[], own: number): Members {
  if (uids.some((uid) => uid !== 0 && uid !== own)) return 'others'
  return uids.includes(own) ? 'own' : 'none'
}

export const notOwnJob = 'it is not the cgroup of a running Slurm job of yours'
