/** Gate 1 looks at paths in a process that becomes the user: what it sees, and that the user cannot get at it. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startLab, type Lab } from '../support/lab.ts'
import { until } from '../support/until.ts'

let lab: Lab
beforeAll(async () => {
  lab = await startLab()
  const script = [
    'cd /home/alice; touch file; ln -s . link; mkdir -p sub/in; mkfifo pipe; chown -h alice file link sub sub/in pipe',
    'mkdir -m 750 /srv/beam; mkdir /srv/beam/inside; chgrp beam /srv/beam; mkdir -m 700 /home/bob/private',
    'mkdir -p /srv/bobs/pub/in /tmp/bobs/in; chown -R bob /srv/bobs /tmp/bobs',
  ]
  await lab.exec(['sh', '-ec', script.join('; ')])
})
afterAll(() => lab.stop())

const program = ['node', '/usr/local/lib/dockerrun/dist/dockerrun-look.cjs']
const look = async (paths: readonly string[], ids: object = {}) => {
  const wish = { uid: 2001, gid: 2001, gids: [2001, 3000], paths, ...ids }
  return await lab.exec(program, { input: JSON.stringify(wish) })
}

it('sees what the user sees, with their groups and without any right of root', async () => {
  const paths = [
    '/home/alice',
    '/home/alice/file',
    '/home/alice/link/file',
    '/home/alice/pipe',
    '/home/alice/sub/in',
    '/tmp',
    '/dev/null',
    '/etc',
    '/srv/beam/inside',
    '/home/bob/private',
    '/home/bob',
    '/srv/bobs/pub/in',
    '/tmp/bobs/in',
    '/nosuch',
  ]
  const { stdout } = await look(paths)
  const seen = new Map(paths.map((path, index) => [path, (JSON.parse(stdout) as object[])[index]]))
  expect(Object.fromEntries(seen)).toEqual({
    '/home/alice': { kind: 'directory', canonical: true, own: true, opens: true, fixed: true },
    '/home/alice/file': { kind: 'file', canonical: true, own: true, opens: true, fixed: true },
    '/home/alice/link/file': { kind: 'file', canonical: false, own: true, opens: true, fixed: false },
    '/home/alice/pipe': { kind: 'other', canonical: true, own: true, opens: false, fixed: true },
    '/home/alice/sub/in': { kind: 'directory', canonical: true, own: true, opens: true, fixed: false },
    '/tmp': { kind: 'directory', canonical: true, own: false, opens: true, fixed: true },
    '/dev/null': { kind: 'device', canonical: true, own: false, opens: false, fixed: true },
    '/etc': { kind: 'directory', canonical: true, own: false, opens: true, fixed: true },
    '/srv/beam/inside': { kind: 'directory', canonical: true, own: false, opens: true, fixed: true },
    '/home/bob/private': { kind: 'unreachable' },
    '/home/bob': { kind: 'directory', canonical: true, own: false, opens: false, fixed: true },
    // Bob could put another folder in the place of his, for her.
    '/srv/bobs/pub/in': { kind: 'directory', canonical: true, own: false, opens: true, fixed: false },
    '/tmp/bobs/in': { kind: 'directory', canonical: true, own: false, opens: true, fixed: false },
    '/nosuch': { kind: 'unreachable' },
  })
  const { stdout: alone } = await look(['/srv/beam/inside'], { gids: [2001] })
  expect(JSON.parse(alone)).toEqual([{ kind: 'unreachable' }])
})

it('never looks as root', async () => {
  expect((await look(['/home/bob/private'], { uid: 0 })).status).not.toBe(0)
})

it('cannot be read, traced or signalled by the user: their ids are its effective ones alone', async () => {
  const become =
    'process.setgroups([]); process.setegid(2001); process.seteuid(2001); console.log(process.pid); setInterval(() => {}, 1000)'
  const running = lab.spawn(['node', '-e', become])
  await until(() => running.output() !== '', { what: 'the process' })
  const pid = running.output().trim()
  const asAlice = (...argv: readonly string[]) => lab.exec(argv, { as: 'alice' })
  expect(await asAlice('cat', `/proc/${pid}/maps`)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('Permission denied'),
  })
  for (const signal of ['USR1', 'STOP', 'KILL'])
    expect(await asAlice('sh', '-c', `kill -${signal} ${pid}`)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('not permitted'),
    })
  expect((await lab.exec(['grep', '^CapEff', `/proc/${pid}/status`])).stdout).toBe('CapEff:\t0000000000000000\n')
  await running.signal('SIGKILL')
})
