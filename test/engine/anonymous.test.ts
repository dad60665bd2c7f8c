/**
 * The set-up without certificates: an engine with remapped ids, its socket open to a group by ACL, root inside, nobody
 * outside. Whoever has a certificate is somebody there as well.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync, chmodSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dockerOf, mustOf, rootDockerOf, dockerWords, type Order } from '../support/docker.ts'
import type { Engine } from '../support/engine.ts'
import { busyboxChanges, makeBusyboxTar } from '../support/image.ts'
import { type Lab, startLab } from '../support/lab.ts'

const group = 'domain users'
const policy = 'socket: anonymous\nadministrators:\n  users: [boss]\n'

let lab: Lab
let engine: Engine

/** With a certificate. */
const identified = dockerOf(
  () => lab,
  () => engine,
)
const rootDocker = rootDockerOf(
  () => lab,
  () => engine,
)
/** Through the socket, as an account that the operating system lets open it or not. */
const docker = (line: string, order: Order = {}) =>
  lab.exec([engine.dockerCli, '-H', `unix://${engine.socket}`, ...dockerWords(line, order)], { as: order.as ?? 'anna' })
const must = mustOf(docker)
const mustAs = mustOf(identified)

beforeAll(async () => {
  lab = await startLab()
  const groups = [{ name: group, gid: 5000 }]
  lab.account({ login: 'anna', uid: 5001, gid: 5001, groups, nssOnly: true })
  lab.account({ login: 'arno', uid: 5002, gid: 5002, groups, nssOnly: true })
  lab.account({ login: 'otto', uid: 5003, gid: 5003, nssOnly: true })
  lab.account({ login: 'boss', uid: 5004, gid: 5004 })
  engine = await lab.engine({ name: 'engine', remapped: true, policy, loadImage: false })
  await Promise.all(['alice', 'boss'].map(engine.login))
  const importing = ['import', ...busyboxChanges.flatMap((change) => ['-c', change]), '-', 'busybox']
  const input = readFileSync(makeBusyboxTar())
  const imported = await lab.exec([engine.dockerCli, ...importing], { as: 'boss', env: engine.env('boss'), input })
  expect(imported).toMatchObject({ status: 0, stderr: '' })
  const setfacl = ['/usr/local/lib/engine/bin/setfacl', '-m', `g:${group}:rw`, engine.socket]
  expect(await lab.exec(setfacl)).toMatchObject({ status: 0, stderr: '' })
  for (const folder of ['/srv/open', '/srv/closed']) mkdirSync(lab.path(folder))
  writeFileSync(lab.path('/srv/open/page'), 'for all\n')
  writeFileSync(lab.path('/srv/open/Dockerfile'), 'FROM busybox\n')
  chmodSync(lab.path('/srv/open'), 0o777)
  chmodSync(lab.path('/srv/closed'), 0o750)
  await mustAs('run -d ME --name hers -v hersdata:/data busybox sleep 1000')
})
afterAll(() => lab.stop())

/** What the kernel says of the first process of a container. */
const statusOf = async (name: string) => {
  const pid = await mustAs(`inspect --format {{.State.Pid}} ${name}`, { as: 'boss' })
  const [, uids = '', gids = ''] =
    /^Uid:\t(.*)\nGid:\t(.*)$/m.exec(readFileSync(lab.path(`/proc/${pid}/status`), 'utf8')) ?? []
  const isHosts = readlinkSync(lab.path(`/proc/${pid}/ns/user`)) === readlinkSync(lab.path('/proc/1/ns/user'))
  return { uids: [...new Set(uids.split('\t'))], gids: [...new Set(gids.split('\t'))], isHosts }
}

describe('a member of the group, without a certificate,', () => {
  it('is root inside, and a subordinate id outside', async () => {
    expect(await docker('run --rm busybox id')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^uid=0\(root\) gid=0\(root\)/),
    })
    await must('run -d --name ours busybox sleep 1000')
    expect(await statusOf('ours')).toEqual({ uids: ['1000000'], gids: ['1000000'], isHosts: false })
  })

  it('may be any user inside', async () => {
    expect(await must('run --rm -u 7:8 --group-add 9 busybox', { sh: 'id -u; id -G' })).toBe('7\n8 9')
  })

  it.for([
    { line: 'ps', says: /ours/ },
    { line: 'inspect --format {{.Name}} ours', says: /^\/ours$/ },
    { line: 'exec ours id -u', says: /^0$/ },
    { line: 'logs ours', says: /^$/ },
    { line: 'restart -t 0 ours', says: /^ours$/ },
    { line: 'run --rm --network container:ours busybox true', says: /^$/ },
    { line: 'stop -t 0 ours', says: /^ours$/ },
    { line: 'rm ours', says: /^ours$/ },
  ])('has the containers of the set-up in common with another: $line', async ({ line, says }) => {
    expect(await must(line, { as: 'arno' })).toMatch(says)
  })

  it('keeps what is in a volume, which is theirs in common as well', async () => {
    await must('volume create ourdata')
    await must('run --rm -v ourdata:/data busybox', { sh: 'echo kept >/data/file' })
    expect(await must('run --rm -v ourdata:/data:nocopy busybox cat /data/file', { as: 'arno' })).toBe('kept')
    expect(await must('volume rm ourdata', { as: 'arno' })).toBe('ourdata')
  })

  it('sees what everybody may see of the host, read-only', async () => {
    const open = 'type=bind,source=/srv/open,target=/open,readonly,bind-nonrecursive'
    const looked = must(`run --rm --mount ${open} busybox`, { sh: 'cat /open/page; touch /open/x 2>&1 || true' })
    expect(await looked).toMatch(/^for all\n.*Read-only file system$/)
  })
})

describe('a member of the group is refused, and told why:', () => {
  beforeAll(() => must('run -d --name ours busybox sleep 1000'))
  afterAll(() => must('rm -f ours'))
  const written = 'bind it readonly and bind-nonrecursive'
  const nobodys = 'no such container of yours'
  const bind = (source: string) =>
    `run --mount type=bind,source=${source},target=/x,readonly,bind-nonrecursive busybox id`
  it.for([
    { line: 'run --userns=host busybox id', says: 'leave --userns out' },
    { line: 'run --userns=host -u 5001:5001 --security-opt no-new-privileges busybox id', says: 'leave --userns out' },
    { line: 'run --privileged busybox id', says: 'a privileged container is root on the host' },
    { line: 'run --cap-add SYS_ADMIN busybox id', says: 'no capability is granted' },
    { line: 'run --security-opt seccomp=unconfined busybox id', says: 'must be no-new-privileges and nothing else' },
    { line: 'run --device /dev/null busybox id', says: 'this device is not granted' },
    { line: 'run --pid host busybox id', says: 'nobody in particular does not get the host' },
    { line: 'run --ipc host busybox id', says: 'nobody in particular does not get the host' },
    { line: 'run --uts host busybox id', says: 'nobody in particular does not get the host' },
    { line: 'run --network host busybox id', says: "nobody in particular does not get the host's network" },
    { line: 'run -v /srv/open:/x busybox id', says: written },
    { line: 'run -v /srv/open:/x:ro busybox id', says: written },
    { line: 'run --mount type=bind,source=/srv/open,target=/x busybox id', says: written },
    { line: bind('/srv/closed/x'), says: 'does not exist, or you cannot reach it' },
    { line: bind('/home/anna/x'), says: 'does not exist, or you cannot reach it' },
    { line: bind('/srv/open/missing'), says: 'does not exist, or you cannot reach it' },
    { line: bind('/'), says: 'is not shown to containers' },
    { line: 'run -v /srv/open/missing:/x busybox id', says: 'does not exist, or you cannot reach it' },
    {
      line: 'cp ours:/etc/passwd -',
      says: 'a name may move (M06b), so nothing is read by it: use docker exec NAME tar c PATH',
    },
    { line: 'cp /etc/passwd ours:/tmp', says: 'the engine would write as root' },
    { line: 'exec --privileged ours id', says: 'a privileged process is root on the host' },
    { line: 'commit ours localhost/x/y', says: 'nobody in particular writes no image names' },
    { line: 'tag busybox localhost/x/y', says: 'nobody in particular writes no image names' },
    { line: 'network create ournet', says: 'nobody in particular has no networks' },
    { line: 'build -t x /srv/open', says: 'use dockerbuild' },
    { line: 'system prune -f', says: 'list your own, and remove those by name' },
    ...['logs hers', 'exec hers id', 'stop hers', 'rm -f hers', 'cp hers:/etc/passwd -', 'top hers'].map((line) => ({
      line,
      says: nobodys,
    })),
    { line: 'run --network container:hers busybox id', says: 'that is no container of yours' },
    { line: 'run --volumes-from hers busybox id', says: 'that is no container of yours' },
    { line: 'run -v hersdata:/data busybox id', says: 'is in use' },
    { line: 'volume rm hersdata', says: 'no such volume of yours' },
  ])('$line', async ({ line, says }) => {
    const containers = async () => (await engine.containers()).map(({ Id, State }) => [Id, State])
    const before = await containers()
    const { status, stderr } = await docker(line)
    expect(status, stderr).not.toBe(0)
    expect(stderr).toContain(says)
    expect(await containers()).toEqual(before)
    expect(readdirSync(lab.path('/srv/open'))).toEqual(['Dockerfile', 'page'])
  })
})

it('who is no member of the group cannot open the socket', async () => {
  const { status, stderr } = await docker('ps', { as: 'otto' })
  expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('permission denied') })
})

describe('who has a certificate', () => {
  it('has own ids with --userns=host, inside and outside', async () => {
    expect(await mustAs('exec hers id -u')).toBe('2001')
    expect(await statusOf('hers')).toEqual({ uids: ['2001'], gids: ['2001'], isHosts: true })
  })

  it('has remapped ids without it', async () => {
    await mustAs('run -d --name remapped busybox sleep 1000')
    expect(await mustAs('exec remapped id -u')).toBe('0')
    expect(await statusOf('remapped')).toEqual({ uids: ['1000000'], gids: ['1000000'], isHosts: false })
    await mustAs('rm -f remapped')
  })

  it.for([
    { line: 'run --userns=host busybox id', says: 'add -u 2001:2001' },
    { line: 'run --userns=host -u 2001:2001 busybox id', says: 'add --security-opt no-new-privileges' },
    { line: 'run --userns=host -u 0:0 --security-opt no-new-privileges busybox id', says: 'add -u 2001:2001' },
    { line: 'run ME --privileged busybox id', says: 'a privileged container is root on the host' },
    { line: 'exec -u 0 hers id', says: 'must be 2001:2001 or left out' },
  ])('is refused $line', async ({ line, says }) => {
    const { status, stderr } = await identified(line)
    expect(status, stderr).not.toBe(0)
    expect(stderr).toContain(says)
  })

  it('and is an administrator is not restricted; root on the socket is nobody', async () => {
    const line = 'run --rm --userns=host -v /srv/closed:/x busybox touch /x/made'
    expect(await identified(line, { as: 'boss' })).toMatchObject({ status: 0, stderr: '' })
    expect(existsSync(lab.path('/srv/closed/made'))).toBe(true)
    expect(await identified('logs hers', { as: 'boss' })).toMatchObject({ status: 0, stderr: '' })
    const { stderr } = await rootDocker(line)
    expect(stderr).toContain('leave --userns out')
  })
})
