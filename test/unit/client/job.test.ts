/** What a Slurm job and a launcher of MPI mean for a run: read from cgroups, variables and limits. */
import { describe, expect, it } from 'vitest'
import { buildSettings } from '../../../src/client/config.ts'
import { confinement, tellUnconfined } from '../../../src/client/confinement.ts'
import { hpcNames } from '../../../src/client/hpc.ts'
import { cpusetOptions, memlockOptions } from '../../../src/client/job-limits.ts'
import { hasJob } from '../../../src/client/job-sign.ts'
import { parseJob } from '../../../src/client/job.ts'
import { mpiOptions } from '../../../src/client/mpi.ts'
import { ownPlaces, placesBeside } from '../../../src/client/own-places.ts'
import { parseFlags } from '../../../src/client/parse.ts'
import { runFlags } from '../../../src/client/run-flags.ts'
import { Failure } from '../../../src/failure.ts'

describe('the job', () => {
  const path = '/slurm_n1/uid_2001/job_5'
  const env = { SLURM_JOB_ID: '5' }
  it.for([
    {
      name: "is told by v1's memory controller",
      cgroups: `9:name=systemd:/\n5:freezer:${path}/step_0\n4:cpu,memory:${path}/step_0/task_1\n0::/\n`,
      env,
      job: { id: '5', step: '0', cgroup: path },
    },
    {
      name: 'is told by memory where others know it by another name',
      cgroups: `9:name=systemd:/elsewhere/job_5\n4:memory:${path}/step_0\n`,
      env,
      job: { id: '5', step: '0', cgroup: path },
    },
    {
      name: 'is told by another controller where Slurm does not constrain memory',
      cgroups: `4:memory:/user\n6:freezer:${path}/step_batch\n`,
      env,
      job: { id: '5', step: 'batch', cgroup: path },
    },
    {
      name: 'is told by v2',
      cgroups: '0::/system.slice/slurmstepd.scope/job_5/step_batch/user/task_0\n',
      env,
      job: { id: '5', step: 'batch', cgroup: '/system.slice/slurmstepd.scope/job_5' },
    },
    {
      name: 'has no cgroup in a shell of salloc',
      cgroups: '0::/user.slice/user-2001.slice\n',
      env: { ...env, SLURM_STEP_ID: '4294967290' },
      job: { id: '5', step: 'interactive', cgroup: undefined },
    },
    {
      name: 'has no cgroup where the variable is of another job',
      cgroups: '4:memory:/slurm/uid_1/job_55/step_0\n',
      env,
      job: { id: '5', step: undefined, cgroup: undefined },
    },
    { name: 'is none without the variable', cgroups: `4:memory:${path}\n`, env: {}, job: undefined },
    { name: 'is none of an odd name', cgroups: '4:memory:/job_.*\n', env: { SLURM_JOB_ID: '.*' }, job: undefined },
  ])('$name', ({ cgroups, env: caller, job }) => {
    expect(parseJob(cgroups, caller)).toEqual(job)
  })
})

describe('anything of a job is looked at', () => {
  const asked = { hpc: undefined, mpi: undefined, join: false }
  const settings = (hpc: boolean | 'job') =>
    buildSettings([{ path: '/x', entries: [{ key: 'hpc', value: hpc, line: 1 }] }])
  it.for([
    { name: 'not on a workstation', env: { PATH: '/bin', SLURM_CONF: '/x' }, has: false },
    { name: 'in a job', env: { SLURM_JOB_ID: '5' }, has: true },
    { name: 'for a rank of Open MPI', env: { OMPI_COMM_WORLD_RANK: '0' }, has: true },
    { name: 'for a rank of PMIx', env: { PMIX_RANK: '0' }, has: true },
    { name: 'for a rank of PMI', env: { PMI_RANK: '0' }, has: true },
    { name: 'where it is asked for', env: {}, asked: { hpc: true }, has: true },
    { name: 'as a rank on request', env: {}, asked: { mpi: true }, has: true },
    { name: 'to be shared', env: {}, asked: { join: true }, has: true },
    { name: 'where the settings say so', env: {}, hpc: true as const, has: true },
  ])('$name', ({ env, asked: more = {}, hpc = 'job' as const, has }) => {
    expect(hasJob({ ...asked, ...more }, env, settings(hpc))).toBe(has)
  })
})

it('the preset passes variables of batch system and MPI, and none that is a secret or of no use', () => {
  const passed = {
    SLURM_PROCID: '1',
    SLURMD_NODENAME: 'n1',
    PMI_RANK: '0',
    PMIX_RANK: '0',
    PMIX_SERVER_URI41: 'x',
    OMPI_COMM_WORLD_RANK: '0',
    PRTE_MCA_x: '1',
    ORTE_x: '1',
    CUDA_VISIBLE_DEVICES: '0',
    ROCR_VISIBLE_DEVICES: '0',
    GPU_DEVICE_ORDINAL: '0',
    OMP_NUM_THREADS: '4',
  }
  const kept = {
    SLURM_JWT: 'secret',
    SLURM_SPANK_AUKS: 'secret',
    SLURM_CONF: '/etc/x',
    PMI_FD: '7',
    PMI2_FD: '7',
    XDG_RUNTIME_DIR: '/run/user/1',
    HOME: '/h',
    AWS_SECRET: 's',
    MY_SLURM_X: '1',
  }
  expect(hpcNames({ ...passed, ...kept })).toEqual(Object.keys(passed).toSorted())
})

describe('a rank of MPI', () => {
  const options = (argv: readonly string[], env = {}) =>
    mpiOptions({ flags: parseFlags(runFlags, argv), join: false }, env).join(' ')
  const chosen = { OMPI_MCA_btl_vader_single_copy_mechanism: 'cma', PMIX_MCA_gds: 'ds21' }
  it.for([
    { name: "has the host's namespaces and is removed", argv: [], has: `--network host --ipc host --pid host --rm` },
    { name: 'keeps the network that was asked for', argv: ['--net', 'none'], has: '--ipc host --pid host --rm' },
    { name: 'keeps ipc and pid', argv: ['--ipc=private', '--pid='], has: '--network host --rm' },
    { name: 'stays where it was asked to', argv: ['--rm=false'], has: '--network host --ipc host --pid host' },
    {
      name: 'stays where it is restarted',
      argv: ['--restart', 'no'],
      has: '--network host --ipc host --pid host',
    },
  ])('$name', ({ argv, has }) => {
    expect(options(argv, chosen)).toBe(has)
  })
  it('neither copies as seccomp forbids nor looks for files of its launcher, unless that is chosen', () => {
    expect(options([])).toMatch(/ --env PMIX_MCA_gds=hash --env OMPI_MCA_btl_vader_single_copy_mechanism=none$/)
  })
  it('has numbers of its own in a container that it shares', () => {
    const flags = parseFlags(runFlags, [])
    expect(mpiOptions({ flags, join: true }, chosen)).toEqual(['--network', 'host', '--ipc', 'host', '--rm'])
  })
})

describe('limits', () => {
  const limits = (soft: string, hard: string) =>
    `Limit                     Soft Limit           Hard Limit           Units     \nMax locked memory         ${soft.padEnd(20)} ${hard.padEnd(20)} bytes     \n`
  it.for([
    { name: "of locked memory that are everybody's are not named", soft: '8388608', hard: '8388608', words: [] },
    { name: 'that are more are', soft: '8388609', hard: '16777216', words: ['--ulimit', 'memlock=8388609:16777216'] },
    { name: 'that are none are', soft: 'unlimited', hard: 'unlimited', words: ['--ulimit', 'memlock=-1:-1'] },
  ])('$name', ({ soft, hard, words }) => {
    expect(memlockOptions(limits(soft, hard))).toEqual(words)
    expect(() => parseFlags(runFlags, words)).not.toThrow()
  })
  it('of locked memory are none where they cannot be read', () => {
    expect(memlockOptions('')).toEqual([])
  })

  it.for([
    { name: 'all CPUs of the machine are no limit', allowed: '0-3', online: '0-3\n', words: [] },
    { name: 'one of them is', allowed: '2', online: '0-3\n', words: ['--cpuset-cpus', '2'] },
    { name: 'several are', allowed: '0-1,8', online: '0-15\n', words: ['--cpuset-cpus', '0-1,8'] },
    { name: 'more than are online are none', allowed: '0-127', online: '0-3\n', words: [] },
    { name: 'what cannot be read is none', allowed: '', online: '0-3', words: [] },
  ])('$name', ({ allowed, online, words }) => {
    expect(cpusetOptions(`Cpus_allowed:\tf\nCpus_allowed_list:\t${allowed}\n`, online)).toEqual(words)
  })
})

describe('the cgroup of the job', () => {
  it.for([
    { driver: 'cgroupfs', isGuarded: true, options: ['--cgroup-parent', '/job_5'], why: undefined },
    { driver: 'systemd', isGuarded: true, options: [], why: 'the engine has the cgroup driver systemd' },
    { driver: '', isGuarded: true, options: [], why: 'the engine has the cgroup driver of another kind' },
    {
      driver: 'cgroupfs',
      isGuarded: false,
      options: [],
      why: "dockerrun-runtime is not the engine's default runtime",
    },
  ])('with the driver "$driver" and gate 2 ($isGuarded)', ({ options, why, ...guard }) => {
    expect(confinement(guard, '/job_5')).toEqual({ options, why })
  })

  const denial = new Failure('engine-refused', 'HostConfig.CgroupParent: policy wants it', { hint: 'h' })
  it.for([
    { name: 'a denial for want of it says what the site can do', error: denial, why: 'w', hint: /^w: .*daemon\.json/ },
    { name: 'a denial where it was asked for stays', error: denial, why: undefined, hint: /^h$/ },
    {
      name: 'another denial stays',
      error: new Failure('engine-refused', 'HostConfig.Memory: x', { hint: 'h' }),
      why: 'w',
      hint: /^h$/,
    },
  ])('$name', ({ error, why, hint }) => {
    expect(tellUnconfined(error, why)).toMatchObject({
      message: error.message,
      hint: expect.stringMatching(hint) as string,
    })
  })
})

describe('a folder of the job', () => {
  const job = (path: string) => ({ path, source: path, isReadOnly: false, kind: 'job' as const })
  const targets = (cwd: string | undefined, folder: string) =>
    ownPlaces('/home/a', '/home/a', cwd, [job(folder)]).places.map(({ target }) => target)
  it.for([
    { name: 'is shown', cwd: undefined, folder: '/scratch/5', shown: ['/home/a', '/scratch/5'] },
    { name: 'in the home is there already', cwd: undefined, folder: '/home/a/tmp', shown: ['/home/a'] },
    { name: 'in the working directory is there already', cwd: '/w', folder: '/w/tmp', shown: ['/home/a', '/w'] },
    { name: 'around the working directory stands for it', cwd: '/w/t/x', folder: '/w/t', shown: ['/home/a', '/w/t'] },
    {
      name: 'in a system folder one stands in is shown',
      cwd: '/var/x',
      folder: '/var/x/y',
      shown: ['/home/a', '/var/x/y'],
    },
  ])('$name', ({ cwd, folder, shown }) => {
    expect(targets(cwd, folder)).toEqual(shown)
  })
  it('gives way to a bind of what is around it', () => {
    const around = ownPlaces('/home/a', '/home/a', undefined, [job('/tmp/s')])
    expect(placesBeside(around, ['/tmp']).map(({ target }) => target)).toEqual(['/home/a'])
    expect(() => placesBeside(around, ['/tmp/s/x'])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('--no-hpc') as string }),
    )
  })
})
