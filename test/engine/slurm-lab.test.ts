/** Slurm and MPI in a lab, without any container: what is tried there in containers is measured against this. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importTar } from '../support/engine-parts.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { makeMpiTar } from '../support/mpi.ts'
import { type Slurm, startSlurm } from '../support/slurm.ts'
import { until } from '../support/until.ts'

const alice = { as: 'alice' } as const
const fill = 'head -c 300M /dev/zero | tail -c 300M | wc -c'
/** Runs until it is ended, and says so. */
const endless = 'echo started $$; exec sleep 1000'
/** Of a job with a pipe: it says whose it is, and waits. */
const epilog = `#!/bin/sh
pipe=/run/lab/epilog.$SLURM_JOB_ID
[ ! -p "$pipe" ] || { : >"$pipe.$(id -u)"; read -r go <"$pipe"; }
`

let lab: Lab
let slurm: Slurm
beforeAll(async () => {
  lab = await startLab()
  lab.account({ login: 'dora', uid: 4001, gid: 4002, group: 'staffers', nssOnly: true })
  writeFileSync(lab.path('/run/lab/epilog'), epilog, { mode: 0o755 })
  slurm = await startSlurm(lab, { nodes: 2, settings: ['Epilog=/run/lab/epilog'] })
})
afterAll(async () => {
  await lab.stop()
})

/** Hands in, and waits for the end. */
const run = async (script: string, options: readonly string[] = [], user: { readonly as: string } = alice) =>
  await slurm.wait(await slurm.sbatch(script, options, user))

/** Once it is sure to run. */
const start = async (on: Slurm, options: readonly string[] = []) => {
  const job = await on.sbatch(endless, options, alice)
  const pid = async () => /^started (\d+)$/m.exec(await on.output(job))?.[1]
  return { job, pid: await until(pid, { what: 'the start of the job', log: on.log }) }
}

describe('a job', () => {
  it('runs as its user, who need not be in /etc/passwd, in their home', async () => {
    expect(await run('id; pwd', [], { as: 'dora' })).toEqual({
      state: 'COMPLETED',
      exitCode: '0:0',
      output: 'uid=4001(dora) gid=4002(staffers) groups=4002(staffers)\n/home/dora\n',
    })
  })

  it.for([
    { memory: '100M', end: { state: 'OUT_OF_MEMORY', output: expect.stringContaining('Killed') as string } },
    { memory: '1000M', end: { state: 'COMPLETED', output: `${300 * 1024 * 1024}\n` } },
  ])('that fills 300 MB of $memory ends so', async ({ memory, end }) => {
    expect(await run(fill, [`--mem=${memory}`])).toMatchObject(end)
  })

  it.for([1, availableParallelism()])('of %i cores has as many', async (cores) => {
    expect(await run('nproc', ['-c', String(cores)])).toMatchObject({ state: 'COMPLETED', output: `${cores}\n` })
  })

  it('is ended by scancel, with its processes and cgroups', async () => {
    const { job, pid } = await start(slurm)
    expect(readFileSync(lab.path(`/proc/${pid}/cgroup`), 'utf8')).toContain(`/uid_2001/job_${job}/`)
    expect(cgroupsOf(lab.record.id).some((group) => group.endsWith(`/job_${job}`))).toBe(true)
    await slurm.cancel(job)
    expect(await slurm.wait(job)).toMatchObject({ state: 'CANCELLED' })
    expect(existsSync(lab.path(`/proc/${pid}`))).toBe(false)
    expect(cgroupsOf(lab.record.id).filter((group) => group.includes(`/job_${job}`))).toEqual([])
  })

  it('has ended when its Epilog has, which is root', async () => {
    const { job } = await start(slurm)
    await lab.exec(['mkfifo', `/run/lab/epilog.${job}`])
    await slurm.cancel(job)
    const inside = () => existsSync(lab.path(`/run/lab/epilog.${job}.0`))
    await until(inside, { what: 'the Epilog', log: slurm.log })
    const end = slurm.wait(job)
    expect((await lab.exec(['squeue', '--noheader', `--jobs=${job}`, '--format=%T'])).stdout).toBe('COMPLETING\n')
    writeFileSync(lab.path(`/run/lab/epilog.${job}`), 'go\n')
    expect(await end).toMatchObject({ state: 'CANCELLED' })
  })

  it('says how it failed', async () => {
    expect(await run('echo no >&2; exit 3')).toEqual({ state: 'FAILED', exitCode: '3:0', output: 'no\n' })
  })

  it('may be an array', async () => {
    const job = await slurm.sbatch('echo task $SLURM_ARRAY_TASK_ID', ['--array=1-5'], alice)
    for (const task of [1, 2, 3, 4, 5])
      expect(await slurm.wait(`${job}_${task}`)).toMatchObject({ state: 'COMPLETED', output: `task ${task}\n` })
  })
})

describe('a step', () => {
  it('runs on two nodes, each with a host name of its own', async () => {
    const { status, stdout, stderr } = await lab.exec(['srun', '-N2', 'hostname'], alice)
    expect({ status, stderr, names: stdout.trim().split('\n').toSorted() }).toEqual({
      status: 0,
      stderr: '',
      names: slurm.nodes,
    })
  })
})

describe('MPI', () => {
  it.for([
    { how: 'mpirun', argv: ['mpirun', '-np', '2'] },
    { how: 'srun with PMIx on one node', argv: ['srun', '--mpi=pmix', '-N1', '-n2'] },
    { how: 'srun with PMIx on two nodes', argv: ['srun', '--mpi=pmix', '-N2'] },
  ])('has two ranks that reach each other by $how', async ({ argv }) => {
    const { status, stdout, stderr } = await lab.exec([...argv, 'mpi-rank'], alice)
    expect({ status, stderr, ranks: ranksOf(stdout) }).toEqual({ status: 0, stderr: '', ranks: bothRanks })
  })

  it('has so by mpirun in a job of two nodes', async () => {
    const { state, output } = await run('mpirun mpi-rank', ['-N2'])
    expect({ state, ranks: ranksOf(output) }).toEqual({ state: 'COMPLETED', ranks: bothRanks })
    for (const node of slurm.nodes) expect(output).toContain(` on ${node}: `)
  })

  it('is in an image too', async () => {
    const engine = await lab.engine({ name: 'plain', gate: false, loadImage: false })
    await importTar(engine.api, { name: 'mpi', tar: readFileSync(makeMpiTar()), changes: [] })
    const line = ['docker', 'run', '--rm', '-u', '2001:2001', 'mpi', 'mpirun', '-np', '2', 'mpi-rank']
    const { status, stdout } = await lab.exec(line, { ...alice, env: await engine.login('alice') })
    expect({ status, ranks: ranksOf(stdout) }).toEqual({ status: 0, ranks: bothRanks })
  })
})

describe('a lab with Slurm', () => {
  it('does not meet another', async () => {
    await using other = await startLab()
    const theirs = await startSlurm(other)
    expect(slurm.nodes).not.toContain(theirs.nodes[0])
    const [first, ours] = await Promise.all([start(theirs), start(slurm)])
    expect((await other.exec(['squeue', '--noheader', '--format=%i %N'])).stdout).toBe(
      `${first.job} ${theirs.nodes[0]}\n`,
    )
    // The same number: what is ended by it is one's own.
    expect(first.job).toBe('1')
    await lab.exec(['scancel', '--state=RUNNING', '--user=alice'])
    expect(await slurm.wait(ours.job)).toMatchObject({ state: 'CANCELLED' })
    expect(readFileSync(other.path(`/proc/${first.pid}/cgroup`), 'utf8')).toContain(
      `/slurm_${theirs.nodes[0]}/uid_2001/job_1/`,
    )
    expect((await other.exec(['squeue', '--noheader', '--format=%T'])).stdout).toBe('RUNNING\n')
  })

  it('leaves no cgroup when it ends while a job runs, also where only an engine made one for the job', async () => {
    const other = await startLab()
    await using _ = other
    const theirs = await startSlurm(other)
    const { job } = await start(theirs)
    const group = `slurm_${theirs.nodes[0]}/uid_2001/job_${job}/container`
    await other.exec(['sh', '-c', `for controller in /sys/fs/cgroup/*/; do mkdir -p "$controller/${group}"; done`])
    expect(cgroupsOf(other.record.id).filter((each) => each.endsWith(`/${group}`)).length).toBeGreaterThan(3)
    await other.stop()
    expect(cgroupsOf(other.record.id)).toEqual([])
    expect(processesOf(other.record.id)).toBe(false)
  })

  it("leaves nothing of the ranks' shared memory on the machine", async () => {
    const file = `/dev/shm/${lab.record.id}`
    expect(await lab.exec(['touch', file], alice)).toMatchObject({ status: 0 })
    expect(existsSync(file)).toBe(false)
  })

  it('leaves no process and no cgroup when its runner is killed with -9 while a job runs', async () => {
    const support = (name: string) => join(import.meta.dirname, '../support', name)
    const runner = `
      import { startLab } from '${support('lab.ts')}'
      import { startSlurm } from '${support('slurm.ts')}'
      import { until } from '${support('until.ts')}'
      const lab = await startLab()
      const slurm = await startSlurm(lab)
      const job = await slurm.sbatch('${endless}', [], { as: 'alice' })
      await until(async () => (await slurm.output(job)) !== '', { what: 'the job' })
      console.log(lab.record.id)
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', runner], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const readId = () => {
      if (child.exitCode !== null) throw new Error('the runner ended')
      return /^(\S+)\n/.exec(said)?.[1]
    }
    const id = await until(readId, { what: 'a lab with Slurm', seconds: 60 })
    const traces = () => ({ processes: processesOf(id), cgroups: cgroupsOf(id).length > 0 })
    expect(traces()).toEqual({ processes: true, cgroups: true })
    child.kill('SIGKILL')
    const isGone = () => !traces().processes && !traces().cgroups
    await until(isGone, { what: 'nothing left', log: () => JSON.stringify(traces()) })
  })
})

const bothRanks = ['rank 0 of 2: as sent', 'rank 1 of 2: as sent']
/** Without the hosts, in their order. */
const ranksOf = (output: string) =>
  output
    .trim()
    .split('\n')
    .map((line) => line.replace(/ on \S+:/, ':'))
    .toSorted()

/** Slurm's folders of a lab, all the way down, in every controller. */
const cgroupsOf = (id: string): readonly string[] => {
  const top = '/sys/fs/cgroup'
  return ['', ...readdirSync(top)].flatMap((controller) => {
    const folder = join(top, controller)
    if (!existsSync(join(folder, 'cgroup.procs'))) return []
    return readdirSync(folder)
      .filter((name) => name.startsWith(`slurm_${id}-`))
      .flatMap((name) => [join(folder, name), ...foldersBelow(join(folder, name))])
  })
}

const foldersBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name))

const processesOf = (id: string): boolean =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => ['cmdline', 'cgroup'].some((file) => readProc(`/proc/${pid}/${file}`).includes(id)))

const readProc = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
