/** dockerrunctl install, on the tree of a host that is not this one. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { install, planInstall, uninstall, type Order } from '../../../src/admin/install.ts'
import { buildSiteFiles } from '../../../src/admin/site-files.ts'
import { makeFolder } from '../../support/folder.ts'

const orderIn = (root: string): Order => ({
  root,
  wanted: {
    plugin: 'dockerrun',
    runtime: '/opt/d/runtime',
    host: 'tcp://127.0.0.1:2376',
    pki: '/etc/dockerrun/pki',
    group: 'root',
    isRemapped: false,
  },
  folders: [
    { path: '/etc/dockerrun/pki', mode: 0o755 },
    { path: '/var/lib/dockerrun', mode: 0o700 },
  ],
  site: {
    host: 'tcp://127.0.0.1:2376',
    engineLine: '/usr/bin/dockerd --containerd=/run/containerd/containerd.sock',
    isAnonymous: false,
    hasSlurm: true,
    control: ['/opt/d/dockerrunctl'],
    units: {
      program: ['/opt/d/node', '/opt/d/gate'],
      socket: '/run/docker/plugins/dockerrun.sock',
      policy: '/etc/dockerrun/policy.yaml',
      state: '/var/lib/dockerrun',
      audit: '/var/log/dockerrun/audit.jsonl',
      runtimeSocket: '/run/dockerrun/runtime.sock',
      engine: 'unix:///var/run/docker.sock',
      engineUnit: 'docker.service',
    },
  },
})

/** All that is there: path, mode, contents. */
const listing = (root: string) =>
  execFileSync('sh', ['-c', 'find . -printf "%p %m " -type f -exec cat {} + -o -print'], {
    cwd: root,
    encoding: 'utf8',
  })

const put = (root: string, path: string, text: string) => {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}

it('puts a host up, changes nothing the second time, and leaves it as it was', async () => {
  using folder = makeFolder()
  const { path: root } = folder
  // A site's own way to write it comes back to the letter.
  put(root, '/etc/docker/daemon.json', '{"debug":   true,\n"data-root": "/data"}')
  put(root, '/etc/profile.d/site.sh', 'x\n')
  const before = listing(root)
  const order = orderIn(root)
  const changes = await planInstall(order)
  expect(listing(root)).toBe(before)
  await install(order, changes)
  expect(changes.map(({ path }) => path).toSorted()).toEqual(
    [...buildSiteFiles(order.site).map(({ path }) => path), '/etc/docker/daemon.json'].toSorted(),
  )
  expect(JSON.parse(readFileSync(join(root, 'etc/docker/daemon.json'), 'utf8'))).toMatchObject({
    debug: true,
    'data-root': '/data',
    'default-runtime': 'dockerrun',
  })
  expect(statSync(join(root, 'etc/sudoers.d/dockerrun')).mode & 0o777).toBe(0o440)
  expect(await planInstall(order)).toEqual([])
  expect(await uninstall(root, { purge: false })).toMatchObject({ left: [] })
  expect(listing(root)).toBe(before)
})

it("leaves what the site has changed since, and keeps the site's policy", async () => {
  using folder = makeFolder()
  const { path: root } = folder
  put(root, '/etc/dockerrun/policy.yaml', 'everyone: {networks: [none]}\n')
  const order = orderIn(root)
  await install(order, await planInstall(order))
  expect(readFileSync(join(root, 'etc/dockerrun/policy.yaml'), 'utf8')).toBe('everyone: {networks: [none]}\n')
  put(root, '/etc/profile.d/dockerrun.sh', '# ours now\n')
  put(
    root,
    '/etc/docker/daemon.json',
    readFileSync(join(root, 'etc/docker/daemon.json'), 'utf8').replace('{', '{"debug": true,'),
  )
  expect((await uninstall(root, { purge: false })).left).toEqual(['/etc/profile.d/dockerrun.sh'])
  expect(JSON.parse(readFileSync(join(root, 'etc/docker/daemon.json'), 'utf8'))).toEqual({ debug: true })
  expect(readFileSync(join(root, 'etc/dockerrun/policy.yaml'), 'utf8')).toContain('everyone')
})

it('takes back one line of a file that is for all, and keeps modes', async () => {
  using folder = makeFolder()
  const { path: root } = folder
  put(root, '/etc/subuid', 'ada:100000:65536\n')
  put(root, '/etc/docker/daemon.json', '{}')
  chmodSync(join(root, 'etc/docker/daemon.json'), 0o600)
  const order = { ...orderIn(root), wanted: { ...orderIn(root).wanted, isRemapped: true } }
  await install(order, await planInstall(order))
  const line = 'dockremap:2100000000:65536\n'
  expect(['subuid', 'subgid'].map((name) => readFileSync(join(root, 'etc', name), 'utf8'))).toEqual([
    `ada:100000:65536\n${line}`,
    line,
  ])
  expect(statSync(join(root, 'etc/docker/daemon.json')).mode & 0o777).toBe(0o600)
  put(root, '/etc/subuid', `ada:100000:65536\n${line}bob:165536:65536\n`)
  await uninstall(root, { purge: false })
  expect(readFileSync(join(root, 'etc/subuid'), 'utf8')).toBe('ada:100000:65536\nbob:165536:65536\n')
  expect(existsSync(join(root, 'etc/subgid'))).toBe(false)
  expect(statSync(join(root, 'etc/docker/daemon.json')).mode & 0o777).toBe(0o600)
})

it('says which folders stay when it is taken back, and removes them where it is told to', async () => {
  using folder = makeFolder()
  const { path: root } = folder
  const order = orderIn(root)
  await install(order, await planInstall(order))
  put(root, '/etc/dockerrun/pki/ca.pem', 'x')
  expect(await uninstall(root, { purge: false })).toMatchObject({ kept: ['/etc/dockerrun/pki'] })
  expect(existsSync(join(root, 'etc/dockerrun/pki/ca.pem'))).toBe(true)
  // It was there before the second installation: not ours to remove.
  put(root, '/var/lib/dockerrun/x', 'x')
  await install(order, await planInstall(order))
  put(root, '/etc/dockerrun/pki/new.pem', 'x')
  expect(await uninstall(root, { purge: true })).toMatchObject({ kept: [] })
  expect(existsSync(join(root, 'etc/dockerrun/pki/ca.pem'))).toBe(true)
})

it('may be told otherwise later: what it chose itself is no conflict', async () => {
  using folder = makeFolder()
  const { path: root } = folder
  const order = orderIn(root)
  await install(order, await planInstall(order))
  const other = { ...order, wanted: { ...order.wanted, host: 'tcp://10.0.0.1:2376', group: '5000' } }
  await install(other, await planInstall(other))
  const daemon = JSON.parse(readFileSync(join(root, 'etc/docker/daemon.json'), 'utf8')) as Record<string, unknown>
  expect(daemon).toMatchObject({ group: '5000', hosts: ['unix:///var/run/docker.sock', 'tcp://10.0.0.1:2376'] })
  expect(await planInstall(other)).toEqual([])
  await uninstall(root, { purge: true })
  expect(existsSync(join(root, 'etc/docker'))).toBe(false)
})

it("follows no link out of the tree, and believes no record that could be somebody else's", async () => {
  using folder = makeFolder()
  const root = join(folder.path, 'tree')
  mkdirSync(join(root, 'etc'), { recursive: true })
  mkdirSync(join(folder.path, 'outside'))
  symlinkSync(join(folder.path, 'outside'), join(root, 'etc/sudoers.d'))
  const order = orderIn(root)
  await expect(planInstall(order)).rejects.toThrow('a link leads out of')
  expect(readdirSync(join(folder.path, 'outside'))).toEqual([])
  const entry = { path: '/../outside/owned', before: { text: 'x', mode: 0o4755 }, digest: '' }
  put(root, '/etc/dockerrun/install.json', JSON.stringify({ wanted: {}, entries: [entry], folders: [], kept: [] }))
  await expect(uninstall(root, { purge: true })).rejects.toThrow('is not readable')
  chmodSync(join(root, 'etc/dockerrun/install.json'), 0o666)
  await expect(uninstall(root, { purge: true })).rejects.toThrow('can be written by others')
  expect(readdirSync(join(folder.path, 'outside'))).toEqual([])
})

it('leaves all as it was where one file cannot be written', async () => {
  using folder = makeFolder()
  const { path: root } = folder
  put(root, '/etc/docker/daemon.json', '{}')
  // A folder where the last file shall be.
  mkdirSync(join(root, 'etc/dockerrun/dockerrun.yaml/x'), { recursive: true })
  chmodSync(join(root, 'etc/dockerrun'), 0o755)
  const before = listing(root)
  const order = orderIn(root)
  const changes = buildSiteFiles(order.site).map(({ path, text, mode }) => ({
    path,
    mode,
    before: undefined,
    after: text,
  }))
  await expect(install(order, changes)).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/)
  expect(listing(root)).toBe(before)
  expect(existsSync(join(root, 'etc/systemd'))).toBe(false)
})

it('takes nothing back where nothing was installed', async () => {
  using folder = makeFolder()
  await expect(uninstall(folder.path, { purge: false })).rejects.toThrow('nothing was installed')
})

it('its sudo rule and profile are read as they are meant', () => {
  using folder = makeFolder()
  const files = new Map(buildSiteFiles(orderIn('/').site).map(({ path, text }) => [path, text]))
  writeFileSync(join(folder.path, 'profile'), files.get('/etc/profile.d/dockerrun.sh') ?? '')
  const sourced = execFileSync(
    'sh',
    ['-eu', '-c', 'id() { echo 2001; }; . ./profile; echo "$DOCKER_HOST $DOCKER_CERT_PATH"'],
    {
      cwd: folder.path,
      encoding: 'utf8',
      env: { HOME: '/home/alice', PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  expect(sourced).toBe('tcp://127.0.0.1:2376 /home/alice/.docker\n')
  const rule = files.get('/etc/sudoers.d/dockerrun')
  expect(rule).toMatch(/^Cmnd_Alias DOCKERRUN_SELF = \/opt\/d\/dockerrunctl cert issue --self$/m)
  expect(rule).toMatch(/^Defaults!DOCKERRUN_SELF env_reset, !setenv, .* secure_path="\/opt\/d:\/usr\/sbin:/m)
  expect(rule).toMatch(/^ALL ALL=\(root\) NOPASSWD: DOCKERRUN_SELF$/m)
})
