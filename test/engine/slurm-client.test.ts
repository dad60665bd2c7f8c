/** dockerrun in jobs of a real Slurm, and as ranks of a real MPI, through both gates: as a user whom NSS alone knows. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { importTar } from '../support/engine-parts.ts'
import { makeBusyboxTar } from '../support/image.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { makeMpiTar } from '../support/mpi.ts'
import { startSlurm, type Slurm } from '../support/slurm.ts'
import { until } from '../support/until.ts'

let lab: Lab
let slurm: Slurm
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  lab.account({ login: 'dora', uid: 4001, gid: 4002, group: 'staffers', nssOnly: true })
  engine = await lab.engine({ name: 'engine' })
  await engine.login('dora')
  await importTar(engine.api, { name: 'mpi', tar: readFileSync(makeMpiTar()), changes: [] })
  slurm = await startSlurm(lab, { nodes: 2 })
}, 300_000)
afterAll(() => lab.stop())

const user = () => ({ as: 'dora', env: engine.env('dora') })
const run = async (script: string, options: readonly string[] = []) =>
  await slurm.wait(await slurm.sbatch(script, options, user()))
const exec = async (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  await lab.exec(argv, { as: 'dora', env: { ...engine.env('dora'), ...env }, seconds: 100 })
const lines = (output: string) => output.split('\n').filter((line) => line !== '')

describe('in a job', () => {
  const fill = `dockerrun --rm busybox sh -c 'head -c 300m /dev/zero | tail -c 300m >/dev/null'; echo $?`

  it("a container is in the job's cgroup, in all controllers", async () => {
    const { output, state } = await run('dockerrun --rm busybox cat /proc/self/cgroup; echo $SLURM_JOB_ID')
    const rows = lines(output)
    const job = rows.pop() ?? ''
    expect(state).toBe('COMPLETED')
    const controllers = rows.filter((row) => !/:(?:name=systemd)?:/.test(row))
    expect(controllers.length).toBeGreaterThan(5)
    for (const row of controllers) expect(row).toMatch(new RegExp(`/uid_4001/job_${job}/[0-9a-f]{64}$`))
  })

  it("has the job's memory and no more", async () => {
    expect(await run(fill, ['--mem=100M'])).toMatchObject({ output: expect.stringMatching(/^137$/m) as string })
    expect(await run(fill, ['--mem=1000M'])).toMatchObject({ output: '0\n' })
    expect(await exec(['sh', '-c', fill])).toMatchObject({ stdout: '0\n' })
  })

  it("has the job's CPUs", async () => {
    expect(await run('dockerrun --rm busybox nproc', ['-c1'])).toMatchObject({ output: '1\n' })
    expect(await run('dockerrun --rm busybox nproc', ['-c2'])).toMatchObject({ output: '2\n' })
  })

  it('has the CPUs its caller is bound to', async () => {
    expect(await run('taskset -c 1 dockerrun --rm busybox nproc', ['-c2'])).toMatchObject({ output: '1\n' })
  })

  it('has the variables of the job, and not the token', async () => {
    const { output } = await run(
      'export SLURM_JWT=secret MINE=1; mkdir -p tmp; TMPDIR=$PWD/tmp dockerrun --rm busybox env; echo id $SLURM_JOB_ID',
    )
    const found = lines(output)
    const id = /^id (.*)$/m.exec(output)?.[1] ?? ''
    expect(found).toEqual(expect.arrayContaining([`SLURM_JOB_ID=${id}`, 'TMPDIR=/home/dora/tmp']))
    expect(found.filter((line) => /^(?:SLURM_JWT|SLURM_CONF|MINE|XDG_RUNTIME_DIR)=/.test(line))).toEqual([])
  })

  it('has none of them on request, nor outside', async () => {
    const { output } = await run('dockerrun --rm --no-hpc busybox env')
    expect(output).not.toContain('SLURM_')
    const { stdout } = await exec(['dockerrun', '--rm', 'busybox', 'env'], { SLURM_CLUSTER_NAME: 'lab' })
    expect(stdout).not.toContain('SLURM_')
  })

  it('has its TMPDIR, where that is a folder of its user', async () => {
    const { output } = await run(
      "export TMPDIR=/tmp/own-$SLURM_JOB_ID; mkdir $TMPDIR; echo from outside >$TMPDIR/file; dockerrun --rm busybox sh -c 'cat $TMPDIR/file'",
    )
    expect(output).toBe('from outside\n')
  })

  it('is labelled, for docker ps', async () => {
    const { output } = await run(`
      dockerrun -d --rm --name in-job busybox sleep 100 >/dev/null
      docker ps --filter label=dockerrun.job=$SLURM_JOB_ID --format '{{.Names}} {{.Label "dockerrun.step"}}'
      docker ps --filter label=dockerrun.job=$((SLURM_JOB_ID+1)) --format '{{.Names}}'
      dockerexec - echo found
      docker kill in-job >/dev/null`)
    expect(output).toBe('in-job batch\nfound\n')
  })

  it('shows with --dry-run what the job adds', async () => {
    const { output } = await run('dockerrun --dry-run busybox true')
    expect(output).toMatch(/ --cgroup-parent \/slurm_\S+\/uid_4001\/job_[0-9]+ /)
    expect(await run('dockerrun --dry-run --cgroup-parent "" busybox true')).not.toMatchObject({
      output: expect.stringContaining('slurm_') as string,
    })
  })
})

const ranks = (output: string) =>
  lines(output)
    .map((line) => line.replace(/ on \S+:/, ':'))
    .toSorted()
const both = ['rank 0 of 2: as sent', 'rank 1 of 2: as sent']

describe('MPI', () => {
  it.for([
    { how: 'mpirun', argv: ['mpirun', '-np', '2'] },
    { how: 'srun on one node', argv: ['srun', '--quiet', '--mpi=pmix', '-N1', '-n2'] },
    { how: 'srun on two nodes', argv: ['srun', '--quiet', '--mpi=pmix', '-N2'] },
  ])('has two ranks that reach each other by $how, and says nothing else', async ({ argv }) => {
    const { status, stdout, stderr } = await exec([...argv, 'dockerrun', 'mpi', 'mpi-rank'])
    expect({ status, stderr, ranks: ranks(stdout) }).toEqual({ status: 0, stderr: '', ranks: both })
  })

  it('has so in a batch job of two nodes', async () => {
    const { state, output } = await run('mpirun dockerrun mpi mpi-rank', ['-N2'])
    expect({ state, ranks: ranks(output) }).toEqual({ state: 'COMPLETED', ranks: both })
  })

  it('leaves no container', async () => {
    const left = async () => (await engine.containers()).filter(({ Image }) => Image === 'mpi').length === 0
    await until(left, { what: 'no container of a rank' })
  })

  it('is no MPI on request: each is the only one', async () => {
    const { stdout } = await exec([
      'srun',
      '--mpi=pmix',
      '-n2',
      'dockerrun',
      '--rm',
      '--no-mpi',
      '--no-hpc',
      'mpi',
      'mpi-rank',
    ])
    expect(ranks(stdout)).toEqual(['rank 0 of 1: as sent', 'rank 0 of 1: as sent'])
  })
})

describe('--join', () => {
  it.for([
    { how: 'mpirun in a job', script: 'mpirun -np 2 dockerrun --join mpi mpi-rank', options: ['-n2'] },
    { how: 'srun on one node', script: 'srun --mpi=pmix dockerrun --join mpi mpi-rank', options: ['-N1', '-n2'] },
    { how: 'srun on two nodes', script: 'srun --mpi=pmix dockerrun --join mpi mpi-rank', options: ['-N2'] },
  ])('has two ranks that reach each other by $how', async ({ script, options }) => {
    const { state, output } = await run(script, options)
    expect({ state, ranks: ranks(output) }).toEqual({ state: 'COMPLETED', ranks: both })
  })

  it('is one container for 24 tasks that come at once, in the cgroup of the job', { timeout: 200_000 }, async () => {
    const inside = `'read -r _ parent </proc/1/stat; readlink /proc/self/ns/pid; exit $((SLURM_PROCID % 3))'`
    const { output, state } = await run(`srun -n24 --overcommit dockerrun --join busybox sh -c ${inside}`, ['--mem=3G'])
    const spaces = lines(output).filter((line) => line.startsWith('pid:'))
    expect({ tasks: spaces.length, containers: new Set(spaces).size, state }, output).toEqual({
      tasks: 24,
      containers: 1,
      state: 'FAILED',
    })
  })

  it('looks into a new image once for 24 tasks that come at once', { timeout: 200_000 }, async () => {
    await importTar(engine.api, { name: 'fresh', tar: readFileSync(makeBusyboxTar()), changes: ['ENV FRESH=1'] })
    const { state, output } = await run('srun -n24 --overcommit dockerrun --rm fresh true', ['--mem=3G'])
    expect({ state, output }).toEqual({ state: 'COMPLETED', output: '' })
    const made = engine.gate
      .audit()
      .filter((line) => JSON.stringify(line).includes('"fresh"') && line['operation'] === 'ContainerCreate')
    expect(made).toHaveLength(24 + 1)
  })

  it('passes each task its own variables, input, status and folder', async () => {
    const { output } = await run(
      `mkdir -p work && cd work && echo hello | srun -n1 --input=0 dockerrun -i --join -e A=b busybox sh -c 'cat; pwd; echo $A $SLURM_PROCID; exit 7'; echo $?`,
    )
    expect(lines(output).filter((line) => !line.startsWith('srun:'))).toEqual(['hello', '/home/dora/work', 'b 0', '7'])
  })

  it.for(['--join', '--join --pid host'])('passes signals on to the task: %s', async (options) => {
    const inside = `'trap "echo got; exit 9" TERM; echo ready; while :; do :; done'`
    const { output } = await run(`dockerrun ${options} busybox sh -c ${inside} >said & rank=$!
      until grep -q ready said || ! kill -0 $rank; do :; done
      kill -TERM $rank; wait $rank; echo $?; cat said`)
    expect(lines(output)).toEqual(['9', 'ready', 'got'])
  })

  it('is kept apart by what is asked for', async () => {
    const { output } = await run(`for limit in 100 200 100; do
      dockerrun --join --pids-limit $limit busybox readlink /proc/self/ns/pid
    done`)
    const [first, second, third] = lines(output)
    expect(first).toMatch(/^pid:/)
    expect(second).not.toBe(first)
    expect(third).toBe(first)
  })

  it('stays as long as somebody is in it', { timeout: 60_000 }, async () => {
    expect(await run('dockerrun --join busybox sleep 14; echo $?')).toMatchObject({ output: '0\n' })
  })

  it('takes neither an init nor a health check for a task', async () => {
    const changes = ['HEALTHCHECK --interval=1s CMD sleep 5', 'ENV PATH=/bin']
    await importTar(engine.api, { name: 'watched', tar: readFileSync(makeBusyboxTar()), changes })
    expect(await run('dockerrun --join --init watched cat /proc/1/comm')).toMatchObject({ output: 'sh\n' })
  })

  it('ends when nobody is left in it', async () => {
    const left = async () =>
      (await engine.containers()).every(({ Names }) => Names[0]?.startsWith('/dockerrun-') !== true)
    await until(left, { what: 'no shared container', seconds: 40, log: engine.log })
  })

  it.for([
    { name: 'outside of a job', script: undefined, says: 'dockerrun: --join: this is not in a Slurm job' },
    { name: 'with a name of its own', script: 'dockerrun --join --name x busybox true', says: '--join and --name' },
  ])('is refused $name', async ({ script, says }) => {
    const told =
      script === undefined
        ? (await exec(['dockerrun', '--join', 'busybox', 'true'])).stderr
        : (await run(script)).output
    expect(told).toContain(says)
  })
})
