/** docker's own client with a user's certificate: refused with a sentence that says what to add, and then it works. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'

let lab: Lab
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine' })
  await Promise.all(['alice', 'bob'].map(engine.login))
  mkdirSync(lab.path('/srv/context'))
  writeFileSync(lab.path('/srv/context/Dockerfile'), 'FROM busybox\n')
})
afterAll(() => lab.stop())

const docker = (line: string, as = 'alice') => lab.exec(['docker', ...line.split(' ')], { as, env: engine.env(as) })

it.for([
  { line: 'run busybox id', says: 'User: must be 2001:2001, your own uid and gid in numbers: add -u 2001:2001' },
  { line: 'run -u 2001:2001 busybox id', says: 'add --security-opt no-new-privileges' },
  { line: 'run -u 2001:2001 --security-opt no-new-privileges -v /home/alice:/h busybox id', says: '--mount type=bind' },
  {
    line: 'run -u 2001:2001 --security-opt no-new-privileges --privileged busybox id',
    says: 'Privileged: a privileged container is root on the host',
  },
  { line: 'build -t x /srv/context', says: 'a build on the shared engine is root' },
  { line: 'tag busybox mine', says: "another's way" },
  { line: 'volume create x', says: '--mount type=bind' },
])('docker $line is refused, and says what to do', async ({ line, says }) => {
  const { status, stderr } = await docker(line)
  expect(status).not.toBe(0)
  expect(stderr).toContain(says)
  expect(await engine.containers()).toEqual([])
})

it('docker run with those flags works', async () => {
  const own = 'run --rm -u 2001:2001 --group-add 3000 --security-opt no-new-privileges'
  expect(await docker(`${own} busybox id`)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^uid=2001 gid=2001 groups=2001,3000/),
  })
  expect(
    await docker(`${own} --mount type=bind,source=/home/alice,target=/h busybox touch /h/by-docker`),
  ).toMatchObject({ status: 0, stderr: '' })
  expect((await lab.exec(['stat', '-c', '%U', '/home/alice/by-docker'])).stdout).toBe('alice\n')
})

it('everyday work on an own container is allowed to its owner, and to nobody else', async () => {
  const own = 'run -d --name web -u 2001:2001 --security-opt no-new-privileges'
  expect((await docker(`${own} busybox sleep 1000`)).status).toBe(0)
  for (const line of [
    'logs web',
    'inspect web',
    'stop -t 0 web',
    'kill web',
    'rm -f web',
    'start web',
    'exec web id',
    'attach web',
  ])
    expect(await docker(line, 'bob')).toMatchObject({ stderr: expect.stringContaining('no such container of yours') })
  for (const line of ['ps -a', 'images', 'version', 'info', 'logs web', 'inspect web', 'stop -t 0 web', 'rm -f web'])
    expect({ line, ...(await docker(line)) }).toMatchObject({ line, status: 0 })
})
