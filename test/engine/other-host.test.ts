/** An engine on another host: reached by a name that is not this host's, so that nothing of here is looked at or bound. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'

let lab: Lab
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  appendFileSync(lab.path('/etc/hosts'), '127.0.0.1 far.example.org\n')
  engine = await lab.engine({ name: 'far' })
  await engine.login('alice')
  await engine.stop()
  const issued = await lab.exec([
    'dockerrunctl',
    '--dir',
    engine.certificates.folder,
    'cert',
    'server',
    '--name',
    'far.example.org',
  ])
  expect(issued).toMatchObject({ status: 0 })
  await engine.gate.start()
  await engine.start()
})
afterAll(() => lab.stop())

const far = () => ({
  ...engine.env('alice'),
  DOCKER_HOST: engine.host.replace('127.0.0.1', 'far.example.org'),
})
const run = (...argv: readonly string[]) => lab.exec(['dockerrun', ...argv], { as: 'alice', env: far() })

describe('a run on an engine of another host', () => {
  it('has the names, which gate 2 makes of the image there, and nothing of ours is bound', async () => {
    const argv = [
      '--rm',
      '--name',
      'far',
      '--no-home',
      '--no-cwd',
      'busybox',
      'sh',
      '-c',
      'id; head -n 1 /etc/group; cat /proc/mounts',
    ]
    const { status, stdout, stderr } = await run(...argv)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^uid=2001\(alice\) gid=2001\(alice\) groups=2001\(alice\),3000\(beam\)\nalice:x:2001:\n/)
    expect(stdout).not.toMatch(/dockerrun|home/)
  })

  it('takes paths for that host, the home and the working directory too', async () => {
    await lab.exec(['sh', '-c', 'echo there >/home/alice/file; mkdir -p /home/alice/work'], { as: 'alice' })
    const { stdout } = await lab.exec(
      [
        'sh',
        '-c',
        'cd work && dockerrun --rm -v /home/alice/file:/there busybox sh -c "pwd; cat /there; echo $HOME; exit 3"',
      ],
      { as: 'alice', env: far() },
    )
    expect(stdout).toBe('/home/alice/work\nthere\n/home/alice\n')
    expect(await run('--rm', '-v', '/missing:/in', 'busybox', 'true')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('/missing does not exist') as string,
    })
  })

  it('is told in one sentence where the same name has other ids', async () => {
    const passwd = lab.path('/etc/passwd')
    const before = readFileSync(passwd, 'utf8')
    writeFileSync(passwd, before.replace(/^alice:x:2001:2001:/m, 'alice:x:2044:2044:'))
    try {
      // As the gate's short memory of accounts has it, that host has still the old ones.
      const asked = [
        'setpriv',
        '--reuid',
        '2044',
        '--regid',
        '2044',
        '--clear-groups',
        'dockerrun',
        '--rm',
        'busybox',
        'id',
      ]
      await lab.exec(['cp', '-r', engine.certificates.pathOf('alice'), '/run/other'])
      await lab.exec(['chown', '-R', '2044:2044', '/run/other'])
      const env = { ...far(), DOCKER_CERT_PATH: '/run/other', HOME: '/tmp' }
      const { status, stderr } = await lab.exec(asked, { env })
      expect({ status, stderr }).toEqual({
        status: 125,
        stderr:
          "dockerrun: alice is 2001:2001 on the engine's host and 2044:2044 here\ndockerrun: hint: files would be those of somebody else: use an engine that has the same accounts\n",
      })
    } finally {
      writeFileSync(passwd, before)
    }
  })
})
