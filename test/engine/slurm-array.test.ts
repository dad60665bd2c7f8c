/** A job array whose 50 tasks all start a container at once: each gets its own, and what they have in common is asked for once. */
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { startSlurm, type Slurm } from '../support/slurm.ts'

let lab: Lab
let engine: Engine
let slurm: Slurm
beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine' })
  await engine.login('alice')
  slurm = await startSlurm(lab, { settings: ['PartitionName=crowd Nodes=ALL MaxTime=10 OverSubscribe=FORCE:64'] })
})
afterAll(() => lab.stop())

const asked = '/run/lab/asked'
/** Each question to NSS that is asked in the lab from now on is a line in `asked`. */
const countLookUps = async () => {
  writeFileSync(lab.path('/run/lab/getent'), `#!/bin/sh\necho "$*" >>${asked}\nexec /run/lab/real-getent "$@"\n`, {
    mode: 0o755,
  })
  const script = `cp /usr/bin/getent /run/lab/real-getent; : >${asked}; chmod 666 ${asked}; mount --bind /run/lab/getent /usr/bin/getent`
  expect(await lab.exec(['sh', '-c', script])).toMatchObject({ status: 0, stderr: '' })
}

it(
  '50 tasks run their containers, in the cgroup of each, and the image is looked into once',
  { timeout: 300_000 },
  async () => {
    await countLookUps()
    const script = 'dockerrun --rm --network none busybox cat /proc/self/cgroup | grep -c job_$SLURM_JOB_ID/'
    const options = ['--array=1-50', '--partition=crowd', '--mem=80M', '-c1']
    const job = await slurm.sbatch(script, options, { as: 'alice', env: engine.env('alice') })
    const tasks = Array.from({ length: 50 }, (_, index) => `${job}_${index + 1}`)
    const ends = await Promise.all(tasks.map(async (task) => await slurm.wait(task)))
    expect(ends.filter(({ state, output }) => state !== 'COMPLETED' || !(Number(output) > 0))).toEqual([])
    const made = engine.gate
      .audit()
      .filter(({ operation, user }) => operation === 'ContainerCreate' && user === 'alice')
    expect(made).toHaveLength(50 + 1)
    // The gates ask again after 30 seconds; each client asks for the names of its groups, and for no more.
    const questions = readFileSync(lab.path(asked), 'utf8').trim().split('\n')
    expect(questions.filter((line) => line.startsWith('group'))).toHaveLength(50)
    expect(questions.length).toBeLessThan(60)
  },
)
