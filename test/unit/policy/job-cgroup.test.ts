import { describe, expect, it } from 'vitest'
import { cgroupFolders, isJobCgroup, isJobFolder, membersOf } from '../../../src/policy/job-cgroup.ts'

describe('the cgroup of a job', () => {
  it.for([
    '/slurm/uid_2001/job_7',
    '/slurm_n1/uid_2001/job_7',
    '/system.slice/slurmstepd.scope/job_7',
    '/system.slice/n1_slurmstepd.scope/job_7',
  ])('is %s', (path) => {
    expect(isJobCgroup(path)).toBe(true)
  })

  it.for([
    '',
    '/',
    '/slurm',
    '/slurm/uid_2001',
    '/docker',
    '/slurm/uid_2001/job_7/',
    '/slurm/uid_2001/job_7/..',
    '/slurm/uid_2001/../../job_7',
    '/./job_7',
    'slurm/uid_2001/job_7',
    'slurm-job_7.slice',
    '/slurm//job_7',
    '/slurm/uid_2001/job_x',
    `/slurm/uid_2001/job_7/${'a'.repeat(64)}`,
    '/slurm/uid_2001/job_7/step_0',
    '/freezer/slurm_n1/uid_2001/job_1',
    '/memory/slurm_n1/uid_2001/job_1',
    '/cpuset/slurm_n1/uid_2001/job_1',
    '/slurm/uid_2001/job_7/step_batch/task_0',
    '/slurm/uid_2001/job_7\n',
    `/${'a'.repeat(1100)}/job_7`,
  ])('is not %j', (path) => {
    expect(isJobCgroup(path)).toBe(false)
  })

  it('has folders of its own below it, and those of containers', () => {
    expect(['step_0', 'step_extern', 'task_1', 'user', 'slurm'].every(isJobFolder)).toBe(true)
    expect(['a'.repeat(64), 'job_8', 'steps', ''].some(isJobFolder)).toBe(false)
  })

  it('is looked for where Slurm makes it', () => {
    expect(cgroupFolders('/slurm/job_1')).toEqual([
      '/sys/fs/cgroup/memory/slurm/job_1',
      '/sys/fs/cgroup/freezer/slurm/job_1',
      '/sys/fs/cgroup/slurm/job_1',
    ])
  })

  it.for([
    { uids: [0, 2001], members: 'own' },
    { uids: [2001], members: 'own' },
    { uids: [], members: 'none' },
    { uids: [0], members: 'none' },
    { uids: [0, 2001, 2002], members: 'others' },
    { uids: [2002], members: 'others' },
  ] as const)('with processes of $uids is, to 2001, of $members', ({ uids, members }) => {
    expect(membersOf(uids, 2001)).toBe(members)
  })
})
