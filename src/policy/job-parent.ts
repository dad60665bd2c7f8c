/** HostConfig.CgroupParent: none, or the cgroup of a Slurm job of the user's; policy may want the latter. */
import type { Check } from './fields.ts'
import { cgroupFolders, isJobCgroup, notOwnJob } from './job-cgroup.ts'

/** Without gate 2 the job could end, and its cgroup be made anew without limits, between this look and the start. */
export const cgroupParent: Check = (value = '', { paths, grants, isGuarded }) => {
  if (value === '')
    return grants.slurm === 'confine' ? 'policy wants containers inside a Slurm job: run it in one' : undefined
  if (typeof value !== 'string' || !isJobCgroup(value))
    return 'a cgroup is chosen by the site, or is that of a Slurm job of yours (M21)'
  const facts = cgroupFolders(value).flatMap((folder) => paths.get(folder) ?? [])
  const members = facts.map((fact) => (fact.kind === 'cgroup' ? fact.members : 'none'))
  if (members.includes('others') || !members.includes('own')) return notOwnJob
  return isGuarded ? undefined : 'gate 2 is not there to see that the job still runs'
}
