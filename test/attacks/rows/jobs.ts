/** HostConfig.CgroupParent: cgroups that are not those of a running Slurm job of hers. */
import { createBody } from '../../support/requests.ts'
import type { CreateRow } from './create-body.ts'

const inCgroup = (CgroupParent: unknown) => ({
  ...createBody(),
  HostConfig: { ...createBody().HostConfig, CgroupParent },
})

export const jobRows: readonly CreateRow[] = [
  ...[
    { name: "another's container", parent: '/docker/bobs' },
    { name: 'the root', parent: '/' },
    { name: 'all jobs', parent: '/slurm' },
    { name: 'all her jobs, which has no limits', parent: '/slurm/uid_2001' },
    { name: "another's job", parent: '/slurm/uid_2002/job_8' },
    { name: "a job with somebody else's processes in it", parent: '/slurm/uid_2001/job_9' },
    { name: 'a job that has ended', parent: '/slurm/uid_2001/job_10' },
    { name: 'a job that never was', parent: '/slurm/uid_2001/job_11' },
    { name: 'a way out of her job', parent: '/slurm/uid_2001/job_7/../../../docker/job_7' },
    { name: 'a container in her job', parent: `/slurm/uid_2001/job_7/${'a'.repeat(64)}` },
    { name: 'a step of her job, whose cgroup is hers', parent: '/slurm/uid_2001/job_7/step_0' },
    { name: 'her job, by a path that leads there from beside the controllers', parent: '/memory/slurm/uid_2001/job_7' },
    { name: 'a slice', parent: 'slurm-job_7.slice' },
    { name: 'no text', parent: 7 },
  ].map(({ name, parent }) => ({
    name: `M21: as the cgroup's parent, ${name}`,
    field: 'CgroupParent',
    body: inCgroup(parent),
    change: { isGuarded: true },
  })),
  {
    name: 'M21: her own job, where no gate 2 sees that it still runs',
    field: 'CgroupParent',
    body: inCgroup('/slurm/uid_2001/job_7'),
  },
]
