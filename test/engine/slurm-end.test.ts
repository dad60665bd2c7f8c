/** What a Slurm job leaves ends with it, by the Epilog that dockerrunctl installs: its own containers, and nobody else's. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mustOf, rootDockerOf } from '../support/docker.ts'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { startSlurm, type Slurm } from '../support/slurm.ts'
import { until } from '../support/until.ts'

let lab: Lab
let engine: Engine
let slurm: Slurm
const rootDocker = mustOf(
  rootDockerOf(
    () => lab,
    () => engine,
  ),
)
const running = async () => (await rootDocker('ps --format {{.Names}}')).split('\n').filter(Boolean).toSorted()
/** Hands in a job that runs a container of this name, and waits until it runs. */
const start = async (name: string, { as = 'alice', options = [] as readonly string[] } = {}) => {
  const script = `dockerrun --name ${name} --network none busybox sleep 1000`
  const job = await slurm.sbatch(script, ['--mem=100M', '-c1', ...options], { as, env: engine.env(as) })
  const isThere = async () => {
    const said = await slurm.output(job)
    if (said.includes('hint:')) throw new Error(said)
    return (await running()).includes(name)
  }
  await until(isThere, { what: name })
  return job
}
const cgroupsOf = (job: string) =>
  readdirSync('/sys/fs/cgroup').flatMap((controller) => {
    const [node = ''] = slurm.nodes
    return ['2001', '2002']
      .map((uid) => `/sys/fs/cgroup/${controller}/slurm_${node}/uid_${uid}/job_${job}`)
      .filter((path) => existsSync(path))
  })
const pidsOf = (name: string) =>
  readdirSync(lab.path('/proc')).filter((pid) => {
    const path = lab.path(`/proc/${pid}/cmdline`)
    return /^[0-9]+$/.test(pid) && existsSync(path) && readFileSync(path, 'utf8').includes(`--name\0${name}\0`)
  })

beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine' })
  await Promise.all(['alice', 'bob'].map(engine.login))
  mkdirSync(lab.path('/run/lab/shown'))
  const shown = await lab.exec(['dockerrunctl', 'install', '--root', '/run/lab/shown', '--slurm'])
  expect(shown).toEqual({
    status: 0,
    stderr: '',
    stdout: expect.stringContaining('and in slurm.conf: Epilog=/etc/dockerrun/slurm-epilog\n') as string,
  })
  const epilog = readFileSync(lab.path('/run/lab/shown/etc/dockerrun/slurm-epilog'), 'utf8')
  const path = '/run/lab/epilog'
  // The engine of a lab has its socket elsewhere.
  writeFileSync(lab.path(path), epilog.replace('slurm epilog', `slurm epilog --engine-socket ${engine.socket}`), {
    mode: 0o755,
  })
  slurm = await startSlurm(lab, { settings: [`Epilog=${path}`] })
})
afterAll(() => lab.stop())

describe('the containers of a job', () => {
  it('end when it is cancelled, and nobody else does', async () => {
    await rootDocker('run -d --name roots --network none busybox sleep 1000')
    const outside = await lab.exec(
      ['dockerrun', '-d', '--name', 'hers', '--network', 'none', 'busybox', 'sleep', '1000'],
      {
        as: 'alice',
        env: engine.env('alice'),
      },
    )
    expect(outside).toMatchObject({ status: 0 })
    const one = await start('one')
    const other = await start('other')
    expect(cgroupsOf(one)).not.toEqual([])
    await slurm.cancel(one)
    expect((await slurm.wait(one)).state).toBe('CANCELLED')
    expect(await running()).toEqual(['hers', 'other', 'roots'])
    expect(cgroupsOf(one)).toEqual([])
    await slurm.cancel(other)
    await slurm.wait(other)
    const bobs = await start('bobs', { as: 'bob' })
    const again = await start('again')
    await slurm.cancel(again)
    await slurm.wait(again)
    expect(await running()).toEqual(['bobs', 'hers', 'roots'])
    await slurm.cancel(bobs)
    await slurm.wait(bobs)
  })

  it('end with it when the client was killed', async () => {
    const job = await start('orphan')
    const pids = pidsOf('orphan')
    expect(pids).not.toEqual([])
    expect(await lab.exec(['kill', '-9', ...pids])).toMatchObject({ status: 0 })
    await slurm.wait(job)
    expect(await running()).toEqual(['hers', 'roots'])
    expect(cgroupsOf(job)).toEqual([])
  })

  it('end with it where they are in no cgroup of the job, by their label', async () => {
    const script = 'dockerrun -d --name loose --cgroup-parent= --network none busybox sleep 1000'
    const job = await slurm.sbatch(script, ['--mem=100M'], { as: 'alice', env: engine.env('alice') })
    expect((await slurm.wait(job)).state).toBe('COMPLETED')
    expect(await running()).toEqual(['hers', 'roots'])
  })

  it('are not ended for a label that somebody else wrote', async () => {
    const label = (job: string) =>
      `dockerrun -d --name liar --label dockerrun.job=${job} --network none busybox sleep 1000`
    const next = await slurm.sbatch('sleep 1000', ['--mem=100M'], { as: 'bob' })
    const made = await lab.exec(label(next).split(' '), { as: 'alice', env: engine.env('alice') })
    expect(made).toMatchObject({ status: 0 })
    await slurm.cancel(next)
    await slurm.wait(next)
    expect(await running()).toEqual(['hers', 'liar', 'roots'])
    await rootDocker('rm -f liar')
  })

  /** Folders below a step belong to its user. */
  const step = (job: string) => `/sys/fs/cgroup/freezer/slurm_${slurm.nodes[0] ?? ''}/uid_2001/job_${job}/step_batch`
  const inStep = 'cd /sys/fs/cgroup/freezer$(sed -n s/.*:freezer://p /proc/self/cgroup)'

  it.for([
    { name: 'paused', script: 'docker pause tricky >/dev/null' },
    {
      name: 'in a frozen folder',
      script: `${inStep}; mkdir ice; sleep 1000 & echo $! >ice/cgroup.procs; echo FROZEN >ice/freezer.state`,
    },
    {
      name: 'deeper than any path',
      script: `${inStep}; name=$(printf %080d 0); n=0; while [ $n -lt 60 ]; do mkdir $name; cd $name; n=$((n + 1)); done; sleep 1000 & echo $! >cgroup.procs`,
    },
    {
      name: 'among very many folders',
      script: `${inStep}; n=0; while [ $n -lt 5000 ]; do mkdir x$n; n=$((n + 1)); done`,
    },
  ])('end where they are $name', async ({ script }) => {
    const line = `dockerrun -d --name tricky --network none busybox sleep 1000; (${script}); echo prepared; sleep 1000`
    const job = await slurm.sbatch(line, ['--mem=100M'], { as: 'alice', env: engine.env('alice') })
    const isPrepared = async () => (await slurm.output(job)).includes('prepared')
    await until(isPrepared, { what: 'the job', log: () => slurm.log() })
    await slurm.cancel(job)
    expect((await slurm.wait(job)).state).toBe('CANCELLED')
    expect(await running()).toEqual(['hers', 'roots'])
    expect(cgroupsOf(job)).toEqual([])
    expect((await lab.exec(['sinfo', '--noheader', '--format=%T'])).stdout).toMatch(/^idle/)
    await rootDocker('rm -f tricky').catch(() => undefined)
  })

  it('end where somebody goes on putting processes there from outside', async () => {
    const job = await slurm.sbatch(`${inStep}; mkdir step_keep; echo prepared; sleep 1000`, ['--mem=100M'], {
      as: 'alice',
    })
    await until(async () => (await slurm.output(job)).includes('prepared'), { what: 'the job' })
    const adding = `exec 3>${step(job)}/step_keep/cgroup.procs; echo adds; while :; do sleep 100 & echo $! >&3; done`
    const adder = lab.spawn(['sh', '-c', adding], { as: 'alice' })
    await until(() => adder.output().includes('adds'), { what: 'who adds' })
    await slurm.cancel(job)
    expect((await slurm.wait(job)).state).toBe('CANCELLED')
    expect((await adder.done).status).toBe(137)
    expect(cgroupsOf(job)).toEqual([])
    expect((await lab.exec(['sinfo', '--noheader', '--format=%T'])).stdout).toMatch(/^idle/)
  })

  it('end at the time limit', async () => {
    const job = await start('late', { options: ['--time=0:01'] })
    expect((await slurm.wait(job)).state).toBe('TIMEOUT')
    expect(await running()).toEqual(['hers', 'roots'])
  })
})
