/** dockerrunctl install for users without certificates: remapped ids, and the socket open to a group of the directory's. */
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeAccount } from '../support/accounts.ts'
import { busyboxChanges, makeBusyboxTar } from '../support/image.ts'
import { engineFolder, startInstalled, type InstalledEngine } from '../support/installed-engine.ts'
import { startNamespace, type Namespace } from '../support/namespace.ts'
import { execProgram } from '../support/program.ts'

let host: Namespace
let engine: InstalledEngine
const exec = async (argv: readonly string[], options: Parameters<typeof execProgram>[2] = {}) =>
  await execProgram(host, argv, options)
const install = async (...flags: readonly string[]) => await exec(['dockerrunctl', 'install', ...flags])
const set = ['--userns-remap', '--socket-group', 'domain users']
const docker = async (line: string, as: string) => await exec(['docker', ...line.split(' ')], { as })
const read = (path: string) => readFileSync(host.path(path), 'utf8')
const files = () => ['/etc/subuid', '/etc/subgid', '/etc/docker/daemon.json'].map(read)
const own = `{"data-root": "${engineFolder}/data", "bridge": "lab7"}\n`
let before: readonly string[]

beforeAll(async () => {
  host = await startNamespace({})
  const groups = [{ name: 'domain users', gid: 5000 }]
  makeAccount(host, { login: 'anna', uid: 5001, gid: 5001, groups, nssOnly: true })
  makeAccount(host, { login: 'boss', uid: 5004, gid: 5004 })
  makeAccount(host, { login: 'otto', uid: 5003, gid: 5003, nssOnly: true })
  mkdirSync(host.path('/etc/docker'), { recursive: true })
  writeFileSync(host.path('/etc/docker/daemon.json'), own)
  // As on a host where no engine has made its account yet; others have subordinate ids, of old.
  for (const file of ['passwd', 'group'])
    writeFileSync(host.path(`/etc/${file}`), read(`/etc/${file}`).replace(/^dockremap:.*\n/m, ''))
  for (const file of ['subuid', 'subgid']) writeFileSync(host.path(`/etc/${file}`), 'old:100000:65536')
  before = files()
})
afterAll(async () => {
  await host.stop()
})

describe('a host whose users need no certificate', () => {
  it.for([
    { name: 'the socket to a group without remapped ids', flags: set.slice(1), why: /add --userns-remap/ },
    {
      name: 'it to a group that is not there',
      flags: ['--userns-remap', '--socket-group', 'no one'],
      why: /no one: no such group/,
    },
  ])('is not given $name', async ({ flags, why }) => {
    expect(await install(...flags)).toMatchObject({ status: 125, stderr: expect.stringMatching(why) as string })
    expect(files()).toEqual(before)
  })

  it("is not given the socket where the site's policy makes administrators of those who have it", async () => {
    mkdirSync(host.path('/etc/dockerrun'), { recursive: true })
    writeFileSync(host.path('/etc/dockerrun/policy.yaml'), 'socket: admin\n')
    expect(await install(...set)).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/the whole group would be administrators\n.*socket: anonymous/) as string,
    })
    expect(files()).toEqual(before)
    await exec(['rm', '-r', '/etc/dockerrun'])
  })

  it.for([
    { what: '1 containers', path: 'containers/c1' },
    { what: '1 images', path: 'image/overlay2/imagedb/content/sha256/i1' },
    { what: '1 volumes', path: 'volumes/v1/_data' },
  ])('is not given other ids while the engine, which does not run, has $what', async ({ what, path }) => {
    mkdirSync(host.path(`${engineFolder}/data/${path}`), { recursive: true })
    expect(await install(...set)).toMatchObject({
      status: 125,
      stderr: expect.stringContaining(`the engine has ${what}, which would be out of its sight`) as string,
    })
    expect(files()).toEqual(before)
    await exec(['rm', '-r', `${engineFolder}/data`])
  })

  it('is set up, and no more the second time', async () => {
    expect(await install(...set)).toMatchObject({ status: 0, stderr: '' })
    const line = 'dockremap:2100000000:65536\n'
    expect(files()).toEqual([
      `old:100000:65536\n${line}`,
      `old:100000:65536\n${line}`,
      expect.stringMatching(/"group": "5000",\n {2}"userns-remap": "default",/),
    ])
    expect(await install(...set)).toMatchObject({ status: 0, stdout: 'nothing to change\n' })
    // What was chosen once holds.
    expect(await install()).toMatchObject({ status: 0, stdout: 'nothing to change\n' })
  })

  it('gives the group remapped containers, and nobody else anything', async () => {
    // Who has no certificate is nobody in particular, root too: what administers needs one.
    appendFileSync(host.path('/etc/dockerrun/policy.yaml'), 'administrators: {users: [boss]}\n')
    const unit = readFileSync(host.path('/etc/systemd/system/dockerrun-authz.service'), 'utf8')
    const [, option = ''] = / (--anonymous-socket)$/m.exec(unit) ?? []
    engine = await startInstalled(host, option)
    expect(await exec(['dockerrunctl', 'cert', 'issue', 'boss'])).toMatchObject({ status: 0 })
    const changes = busyboxChanges.flatMap((change) => ['-c', change])
    const boss = { as: 'boss', env: { DOCKER_HOST: 'tcp://127.0.0.1:2376', DOCKER_TLS_VERIFY: '1' } }
    const imported = await exec(['docker', 'import', ...changes, '-', 'busybox'], {
      ...boss,
      input: readFileSync(makeBusyboxTar()),
    })
    expect(imported).toMatchObject({ status: 0, stderr: '' })
    expect(statSync(host.path('/run/docker.sock'))).toMatchObject({ uid: 0, gid: 5000 })
    expect(await docker('run --rm --network none busybox cat /proc/self/uid_map', 'anna')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^ +0 2100000000 +65536\n$/) as string,
    })
    expect(await docker('ps -q', 'otto')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('permission denied') as string,
    })
  })

  it.for([
    { name: 'gone', text: undefined },
    { name: 'broken', text: 'socket: [' },
    { name: 'for administrators', text: 'socket: admin\n' },
  ])('makes nobody an administrator while the policy file is $name', async ({ text }) => {
    const policy = host.path('/etc/dockerrun/policy.yaml')
    const was = readFileSync(policy, 'utf8')
    if (text === undefined) rmSync(policy)
    else writeFileSync(policy, text)
    await engine.restartGate()
    const root = await docker('run --rm --userns host -v /etc:/host busybox cat /host/shadow', 'anna')
    expect(root.status).not.toBe(0)
    expect(root.stdout).toBe('')
    writeFileSync(policy, was)
    await engine.restartGate()
  })

  it('keeps it so over restarts of the engine', async () => {
    await engine.stop()
    await engine.start()
    expect((await docker('ps -q', 'anna')).status).toBe(0)
    expect((await docker('ps -q', 'otto')).status).toBe(1)
  })
})
