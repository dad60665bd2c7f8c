/**
 * Containers in the cgroup of a Slurm job: whose it is, is told by the processes in it. The cgroups are made here as slurmd makes
 * them, so that each can be wrong in one way; test/engine/slurm-*.test.ts has real jobs.
 */
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allowAll, plantFault } from '../property/faults.ts'
import { dockerOf } from '../support/docker.ts'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { newerRelease } from '../support/releases.ts'
import { until } from '../support/until.ts'

const controllers = ['memory', 'freezer'] as const
/** What a job has as long as it runs, and of root's: here it only sleeps. */
const stepd = '/run/lab/slurmstepd'

describe.for([
  { release: 'own', gates: 'both gates' },
  { release: newerRelease, gates: 'both gates' },
  { release: 'own', gates: 'gate 2 alone' },
] as const)("on release '$release', with $gates", ({ release, gates }) => {
  let lab: Lab
  let engine: Engine
  const docker = dockerOf(
    () => lab,
    () => engine,
  )
  const folder = (controller: string, path: string) => `/sys/fs/cgroup/${controller}/${lab.record.id}${path}`
  const parentOf = (path: string) => `/${lab.record.id}${path}`
  const makeCgroup = (path: string) => {
    for (const controller of controllers) mkdirSync(folder(controller, path), { recursive: true })
  }
  /** A process that sleeps there until the lab ends. */
  const inhabit = async (path: string, as: string | undefined, program = as === undefined ? stepd : 'sleep') => {
    const { child } = lab.spawn(['sh', '-c', `echo ready; exec ${program} 1000`], as === undefined ? {} : { as })
    const pid = await new Promise<string>((resolve, reject) => {
      child.once('close', reject)
      child.stdout.once('data', () =>
        resolve(readFileSync(`/proc/${child.pid ?? 0}/task/${child.pid ?? 0}/children`, 'utf8').trim()),
      )
    })
    for (const controller of controllers) writeFileSync(`${folder(controller, path)}/cgroup.procs`, pid)
    return () => process.kill(Number(pid), 'SIGKILL')
  }
  const run = async (parent: string, line = 'cat /proc/self/cgroup') =>
    await docker(`run --rm ME --network none --cgroup-parent ${parent} busybox ${line}`)

  beforeAll(async () => {
    lab = await startLab()
    engine = await lab.engine({ name: 'engine', release })
    if (gates === 'gate 2 alone') await plantFault(lab, engine, allowAll)
    await engine.login('alice')
    expect(await lab.exec(['cp', '/bin/sleep', stepd])).toMatchObject({ status: 0 })
    makeCgroup('/uid_2001/job_7/step_0/task_0')
    // Slurm gives what is below a job to its user.
    for (const controller of controllers) {
      for (const path of ['/uid_2001/job_7/step_0', '/uid_2001/job_7/step_0/task_0'])
        chownSync(folder(controller, path), 2001, 2001)
    }
    await inhabit('/uid_2001/job_7/step_0', undefined)
    await inhabit('/uid_2001/job_7/step_0/task_0', 'alice')
  })
  afterAll(() => lab.stop())

  it.for(['/uid_2001/job_7'])('she runs in %s', async (job) => {
    const { status, stdout, stderr } = await run(parentOf(job), 'cat /proc/1/cpuset')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^\//)
  })

  it('its memory is that of the job', async () => {
    writeFileSync(`${folder('memory', '/uid_2001/job_7')}/memory.limit_in_bytes`, '50M')
    const hungry = { sh: 'head -c 200m /dev/zero | tail -c 200m >/dev/null' }
    const inJob = await docker(
      `run --rm ME --network none --cgroup-parent ${parentOf('/uid_2001/job_7')} busybox`,
      hungry,
    )
    expect(inJob.status).toBe(137)
    expect((await docker('run --rm ME --network none busybox', hungry)).status).toBe(0)
  })

  it.for([
    { name: 'nobody is', make: async () => await Promise.resolve() },
    { name: 'root alone is', make: async (path: string) => void (await inhabit(path, undefined)) },
    {
      name: "she is, and of root's only what sudo has started for her",
      make: async (path: string) => {
        await inhabit(path, undefined, 'sleep')
        await inhabit(path, 'alice')
      },
    },
    { name: 'she is, and slurmstepd no longer', make: async (path: string) => void (await inhabit(path, 'alice')) },
    { name: 'bob is', make: async (path: string) => void (await inhabit(path, 'bob')) },
    {
      name: 'she and bob are',
      make: async (path: string) => {
        await inhabit(path, undefined)
        await inhabit(path, 'alice')
        await inhabit(path, 'bob')
      },
    },
    {
      name: 'she is, and others could put processes into',
      make: async (path: string) => {
        await inhabit(path, undefined)
        await inhabit(path, 'alice')
        chownSync(`${folder('memory', path)}/cgroup.procs`, 2001, 2001)
      },
    },
    {
      name: 'she is, and which is hers',
      make: async (path: string) => {
        await inhabit(path, undefined)
        await inhabit(path, 'alice')
        chownSync(folder('memory', path), 2001, 2001)
      },
    },
  ])('she does not run in one where $name', async ({ name, make }) => {
    const path = `/uid_2001/job_${name.length + 100}`
    makeCgroup(path)
    await make(path)
    expect(await run(parentOf(path))).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('not the cgroup of a running Slurm job of yours') as string,
    })
  })

  it.for(['/', '/docker', '/uid_2001', '/uid_2001/job_7/..', '/uid_2001/job_7/step_0', '/uid_2001/job_999'])(
    'she does not run in %s',
    async (path) => {
      const { status, stderr } = await run(path.length > 8 ? parentOf(path) : path)
      expect(status, stderr).toBe(125)
      expect(stderr).toMatch(/M21|not the cgroup of a running Slurm job/)
    },
  )

  it.for(controllers)(
    'she does not run in her job by a path that leads there from beside the controllers: %s',
    async (name) => {
      const { status, stderr } = await run(`/${name}${parentOf('/uid_2001/job_7')}`)
      expect(status, stderr).toBe(125)
      expect(stderr).toMatch(/M21|not the cgroup of a running Slurm job/)
    },
  )

  it('it does not start again when the job is over', async () => {
    makeCgroup('/uid_2001/job_50')
    await inhabit('/uid_2001/job_50', undefined)
    const end = await inhabit('/uid_2001/job_50', 'alice')
    const made = await docker(
      `run -d ME --name jobs --network none --cgroup-parent ${parentOf('/uid_2001/job_50')} busybox true`,
    )
    expect(made).toMatchObject({ status: 0 })
    await docker('wait jobs')
    end()
    const procs = `${folder('memory', '/uid_2001/job_50')}/cgroup.procs`
    const isAlone = () => readFileSync(procs, 'utf8').trim().split('\n').length === 1
    await until(isAlone, { what: 'the end of the job' })
    expect(await docker('start jobs')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('not the cgroup of a running Slurm job of yours') as string,
    })
  })
})
