import { expect, it } from 'vitest'
import { jobCgroups, readEndedJob } from '../../../src/admin/job-end.ts'

it('reads which job is over from what Slurm says', () => {
  expect(readEndedJob({ SLURM_JOB_ID: '7', SLURM_JOB_UID: '2001', SLURMD_NODENAME: 'n1' })).toEqual({
    job: '7',
    uid: '2001',
    node: 'n1',
  })
})

it.for([
  {},
  { SLURM_JOB_ID: '7' },
  { SLURM_JOB_UID: '2001' },
  { SLURM_JOB_ID: '../x', SLURM_JOB_UID: '2001' },
  { SLURM_JOB_ID: '7', SLURM_JOB_UID: '' },
  { SLURM_JOB_ID: '7', SLURM_JOB_UID: '2001', SLURMD_NODENAME: '../n1' },
])('takes %j for no job', (env) => {
  expect(() => readEndedJob(env)).toThrow(/do not name a job/)
})

it("knows where the job's processes are, and only this job's", () => {
  expect(jobCgroups({ job: '7', uid: '2001', node: 'n1' })).toEqual([
    '/slurm/uid_2001/job_7',
    '/slurm_n1/uid_2001/job_7',
    '/system.slice/slurmstepd.scope/job_7',
    '/system.slice/n1_slurmstepd.scope/job_7',
  ])
  expect(jobCgroups({ job: '7', uid: '2001', node: '' })).toEqual([
    '/slurm/uid_2001/job_7',
    '/system.slice/slurmstepd.scope/job_7',
  ])
})
