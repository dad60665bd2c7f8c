/** A home that root cannot look into: FUSE without allow_other, which stands in for NFS with root_squash. */
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHands, type Said } from '../../src/runtime/hands.ts'
import { newerRelease } from '../support/releases.ts'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import type { Running } from '../support/program.ts'
import { until } from '../support/until.ts'

/** bindfs shows /srv/store/alice at /home/alice, to alice alone. fusermount and /dev/fuse are as Debian has them. */
const mountHome = `
  mkdir -p /srv/store/alice/project && chown -R 2001:2001 /srv/store/alice && chmod 700 /srv/store/alice
  echo 'from the host' >/srv/store/alice/project/note && chown 2001 /srv/store/alice/project/note
  mknod -m 666 /run/lab/fuse c 10 229 && mount --bind /run/lab/fuse /dev/fuse
  install -m 4755 /usr/local/lib/engine/bin/fusermount3 /usr/local/bin/fusermount`

let lab: Lab
let bindfs: Running
beforeAll(async () => {
  lab = await startLab()
  const made = await lab.exec(['sh', '-ec', mountHome])
  expect(made, made.stderr).toMatchObject({ status: 0 })
  const program = ['/usr/local/lib/engine/usr/bin/bindfs', '-f', '--no-allow-other', '/srv/store/alice', '/home/alice']
  bindfs = lab.spawn(program, { as: 'alice', cwd: '/' })
  const seen = async () => (await lab.exec(['cat', '/home/alice/project/note'], { as: 'alice', cwd: '/' })).status === 0
  await until(seen, { what: 'the home' })
})
afterAll(() => lab.stop())

it('is not for root to look into', async () => {
  expect(await lab.exec(['ls', '/home/alice'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('Permission denied'),
  })
})

/** Of a gate that asks dockerrun-runtime for one deed. */
const askRuntime = async (...deed: readonly string[]): Promise<Said | undefined> => {
  const socket = '/run/lab/hands.sock'
  let said: Said | undefined
  const server = createServer((connection) => {
    const ask = async () => (await openHands(connection))?.ask(...deed)
    ask().then(
      (answer) => void (connection.end(), (said = answer)),
      () => connection.destroy(),
    )
  })
  await new Promise<void>((resolve) => void server.listen(lab.path(socket), resolve))
  await lab.exec(['sh', '-c', 'echo {} >/run/lab/process.json'])
  const program = '/usr/local/lib/dockerrun/dist/dockerrun-runtime'
  await lab.exec([program, '--dockerrun-socket', socket, 'exec', '--process', '/run/lab/process.json', 'hers'])
  server.close()
  return said
}

it('holds gate 2 up for some seconds where it does not answer, and no longer', async () => {
  const open = (name: string) => askRuntime('open', '2001', '2001', '2001', '-', `/home/alice/project/${name}`)
  expect(await open('note')).toMatchObject({ word: 'opened' })
  await bindfs.signal('SIGSTOP')
  try {
    // What the kernel has not asked for before: it remembers the rest for a second.
    const said = await open('unasked')
    expect(said?.rest.toString()).toBe('/home/alice/project/unasked: Connection timed out')
  } finally {
    await bindfs.signal('SIGCONT')
  }
})

describe.for(['own', newerRelease] as const)('on the engine of release %s', (release) => {
  let engine: Engine
  beforeAll(async () => {
    engine = await lab.engine({ name: release, release })
    // Her certificate stays where root can put it: a home that root cannot write to is dockerrunctl's to test.
    await engine.login('alice')
  })

  const dockerrun = async (line: readonly string[], cwd = '/') =>
    await lab.exec(['dockerrun', ...line], { as: 'alice', env: engine.env('alice'), cwd })

  it('is bound and used: read, written, and worked in', async () => {
    const script = 'cat project/note; echo "from inside" > project/made; pwd; stat -c %u project/made'
    const { status, stdout, stderr } = await dockerrun(['--rm', 'busybox', 'sh', '-c', script], '/home/alice')
    expect(status, stderr).toBe(0)
    expect(stdout).toBe('from the host\n/home/alice\n2001\n')
    expect(await lab.exec(['cat', '/srv/store/alice/project/made'])).toMatchObject({ stdout: 'from inside\n' })
  })

  it('is bound in part, read-only', async () => {
    const line = [
      '--rm',
      '--no-home',
      '-v',
      '/home/alice/project:/p:ro',
      'busybox',
      'sh',
      '-c',
      'cat /p/note; touch /p/x',
    ]
    expect(await dockerrun(line)).toMatchObject({
      status: 1,
      stdout: 'from the host\n',
      stderr: expect.stringContaining('Read-only file system'),
    })
  })

  it('is what it is when the container starts, and no longer what was looked at: a link is refused', async () => {
    await lab.exec(['sh', '-c', 'mkdir -p project/swap'], { as: 'alice', cwd: '/home/alice' })
    const create = [
      '-d',
      '--no-home',
      '--name',
      `swapped-${release}`,
      '-v',
      '/home/alice/project/swap:/s',
      'busybox',
      'true',
    ]
    expect(await dockerrun(create)).toMatchObject({ status: 0 })
    const swap = 'rmdir project/swap && ln -s / project/swap'
    expect(await lab.exec(['sh', '-c', swap], { as: 'alice', cwd: '/home/alice' })).toMatchObject({ status: 0 })
    const start = await lab.exec(['docker', 'start', `swapped-${release}`], {
      as: 'alice',
      env: engine.env('alice'),
      cwd: '/',
    })
    expect(start).toMatchObject({ status: 1, stderr: expect.stringContaining('a link is on the way') })
    await lab.exec(['sh', '-c', 'rm project/swap'], { as: 'alice', cwd: '/home/alice' })
  })
})
