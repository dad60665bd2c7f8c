/** What `npm run package` makes: the same bytes each time, and programs that run where they are installed, until they are removed. */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { Agent } from 'node:http'
import { basename, dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { startDaemon } from '../support/daemon.ts'
import { gateSocket, gateUnit } from '../support/gate-service.ts'
import { startNamespace, type Namespace } from '../support/namespace.ts'
import {
  copySources,
  makeBuildFolder,
  makePackages,
  openDebianHost,
  type DebianHost,
  type Packages,
} from '../support/package.ts'
import { checkout } from '../support/packages.ts'
import { askGateway } from '../support/questions.ts'
import { until } from '../support/until.ts'

const programs = Object.keys(manifest.bin)
const versions = programs.map((program) => `${program} ${manifest.version}\n`)

let folder: ReturnType<typeof makeBuildFolder>
let built: readonly [Packages, Packages]
beforeAll(async () => {
  folder = makeBuildFolder()
  // Not in the checkout itself: it may change between the two.
  const [one, other] = [join(folder.path, 'one'), join(folder.path, 'elsewhere', 'other')]
  copySources(checkout, one, '022')
  copySources(one, other, '077')
  // One after the other, and so at two times.
  built = [await makePackages(one, '022'), await makePackages(other, '077')]
})
afterAll(() => folder[Symbol.dispose]())

describe('the packages', () => {
  it('are the same, byte by byte, wherever, whenever and with whichever umask they are built', () => {
    const sums = built.map((packages) => readFileSync(join(packages.folder, 'SHA256SUMS'), 'utf8'))
    expect(sums[1]).toBe(sums[0])
    for (const { folder: cwd } of built)
      execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd, stdio: 'ignore' })
  })

  it('are two, with a checksum each, and nothing is left beside them', () => {
    const [{ folder: place, tarball, debian }] = built
    const names = [tarball, debian].map((path) => basename(path))
    expect(readdirSync(place).toSorted()).toEqual(['SHA256SUMS', ...names].toSorted())
    const told = readFileSync(join(place, 'SHA256SUMS'), 'utf8').matchAll(/^[0-9a-f]{64} {2}(.+)$/gm)
    expect([...told].map(([, name]) => name)).toEqual(names)
  })
})

describe("npm's tarball", () => {
  it('depends on nothing, and runs nothing where it is installed', () => {
    const text = execFileSync('tar', ['-xzOf', built[0].tarball, 'package/package.json'], { encoding: 'utf8' })
    const shipped = JSON.parse(text) as Readonly<Record<string, unknown>> & { readonly scripts: object }
    const known = ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies', 'gypfile']
    expect(known.filter((key) => key in shipped)).toEqual([])
    expect(Object.keys(shipped.scripts).filter((name) => /install|^prepare$/.test(name))).toEqual([])
  })

  it('is installed without a network, and its programs run', () => {
    const [prefix, cache] = [join(folder.path, 'prefix'), join(folder.path, 'cache')]
    const line = ['install', '--global', '--offline', '--prefix', prefix, '--cache', cache, built[0].tarball]
    execFileSync('npm', line, { cwd: '/', stdio: 'ignore' })
    const told = programs.map((program) =>
      execFileSync(join(prefix, 'bin', program), ['--version'], { encoding: 'utf8' }),
    )
    expect(told).toEqual(versions)
    expect(existsSync(join(prefix, 'lib/node_modules/dockerrun/node_modules'))).toBe(false)
  })
})

describe("Debian's package, on a Debian without Node", () => {
  let lab: Namespace
  let host: DebianHost
  let before: string
  let after: string
  const dpkg = async (...words: readonly string[]) => await host.exec(['dpkg', ...words])
  const read = (path: string) => readFileSync(host.path(path))

  beforeAll(async () => {
    lab = await startNamespace()
    host = await openDebianHost(lab)
    copyFileSync(built[0].debian, host.path('/package/deb'))
    before = await host.listing()
  })
  afterAll(async () => {
    await lab.stop()
  })

  it('is installed with what the host has, and says what comes next', async () => {
    const { status, stdout, stderr } = await dpkg('-i', '/package/deb')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('see dockerrunctl install --dry-run')
    after = await host.listing()
  })

  it('adds files of root below /usr and nothing else: no setting, no unit, no set-id program', () => {
    const was = new Set(before.split('\n'))
    const added = after.split('\n').filter((line) => !was.has(line))
    expect(added.length).toBeGreaterThan(20)
    expect(
      added.filter(
        (line) =>
          !/^\/usr\/(bin|lib\/dockerrun|share)\/\S* (644|755|777) 0 0( |$)/.test(line) &&
          line !== '/usr/lib/dockerrun 755 0 0',
      ),
    ).toEqual([])
    expect(added.filter((line) => line.includes('systemd'))).toEqual([])
  })

  it('names the packages whose libraries its Node needs, and is not built where one is unknown', () => {
    const script = join(checkout, 'test/support/package-depends.sh')
    const depends = (program: string) => spawnSync('sh', [script, program], { encoding: 'utf8' })
    expect(depends(host.path('/usr/lib/dockerrun/node')).stdout).toMatch(
      /^libc6 \(>= 2\.\d+\), libgcc-s1 \(>= [\d.]+\), libstdc\+\+6 \(>= [\d.]+\)\n$/,
    )
    expect(depends('/usr/bin/dpkg-deb')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('.so') as string,
    })
  })

  it('has programs that run, on the Node they brought', async () => {
    const told = await Promise.all(programs.map(async (program) => await host.exec([program, '--version'])))
    expect(told).toEqual(versions.map((stdout) => ({ status: 0, stdout, stderr: '' })))
    const [first] = read('/usr/bin/dockerrun').toString().split('\n')
    expect(first).toBe('#!/usr/bin/env -S -u NODE_EXTRA_CA_CERTS /usr/lib/dockerrun/node --')
    expect((await dpkg('--verify', 'dockerrun')).stdout).toBe('')
  })

  it('has the man pages, as they are', () => {
    const pages = manifest.man.map((page) => `/usr/share/man/man${page.slice(-1)}/${basename(page)}.gz`)
    expect(pages.map((page) => gunzipSync(read(page)).toString())).toEqual(
      manifest.man.map((page) => readFileSync(join(built[0].folder, '..', page), 'utf8')),
    )
  })

  it.for([
    { shell: 'bash', folder: '/usr/share/bash-completion/completions', files: ['dockerrun', 'dockerexec'] },
    { shell: 'zsh', folder: '/usr/share/zsh/vendor-completions', files: ['_dockerrun'] },
    { shell: 'fish', folder: '/usr/share/fish/vendor_completions.d', files: ['dockerrun.fish', 'dockerexec.fish'] },
  ])('has the completion of $shell for both programs', async ({ shell, folder: place, files }) => {
    const { stdout } = await host.exec(['dockerrun', '--completion', shell])
    expect(stdout).toContain('dockerexec')
    // Through the link, which here would lead out of the host, as cat there sees it.
    for (const file of files) expect((await host.exec(['cat', `${place}/${file}`])).stdout).toBe(stdout)
  })

  it.for(['postinst', 'prerm'])('has the maintainer script %s that lies in the checkout', (script) => {
    const path = join(checkout, 'test/support', `package-${script}.sh`)
    expect(read(`/var/lib/dpkg/info/dockerrun.${script}`)).toEqual(readFileSync(path))
  })

  it('has the licenses of its own and of Node', () => {
    const copyright = read('/usr/share/doc/dockerrun/copyright').toString()
    expect(copyright).toContain(readFileSync(join(checkout, 'LICENSE'), 'utf8'))
    expect(copyright).toContain('Node.js is licensed for use as follows')
  })

  // sudo keeps them where a site has switched env_reset off.
  it.for(['NODE_OPTIONS=--require=/package/evil', 'OPENSSL_CONF=/package/conf', 'NODE_COMPILE_CACHE=/package/cache'])(
    'has a dockerrunctl that loads nothing of whoever calls it by sudo: %s',
    async (variable) => {
      const conf = 'nodejs_conf = a\n[a]\nproviders = b\n[b]\nevil = c\n[c]\nmodule = /package/evil\nactivate = 1\n'
      writeFileSync(host.path('/package/conf'), conf)
      const hasCache = () => existsSync(host.path('/package/cache'))
      expect(await host.exec(['env', variable, 'dockerrunctl', '--version'])).toMatchObject({ status: 0, stderr: '' })
      expect(hasCache()).toBe(false)
      // Node itself heeds each: there is no such file, or there is one then.
      const bare = await host.exec(['env', variable, '/usr/lib/dockerrun/node', '-e', ''])
      expect(bare.status !== 0 || hasCache()).toBe(true)
      rmSync(host.path('/package/cache'), { recursive: true, force: true })
    },
  )

  it('takes the place of itself, and a gate that runs goes on', async () => {
    mkdirSync(host.path(dirname(gateSocket)), { recursive: true })
    const gate = startDaemon(lab, host.line(['dockerrun-authz']), { log: '/srv/gate.log' })
    const socket = host.path(gateSocket)
    await until(() => existsSync(socket), { what: 'the gate', log: gate.tail })
    const ping = {
      User: '',
      UserAuthNMethod: '',
      RequestMethod: 'GET',
      RequestUri: '/_ping',
      RequestHeaders: { 'Content-Length': '0' },
    }
    const agent = new Agent({ keepAlive: true })
    const ask = async () => await askGateway(socket, { path: '/AuthZPlugin.AuthZReq', wire: ping }, agent)
    expect(await ask()).toEqual({ Allow: true })
    const old = statSync(host.path('/usr/lib/dockerrun/node')).ino
    const { status, stdout, stderr } = await dpkg('-i', '/package/deb')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).not.toContain('dockerrunctl install')
    expect(statSync(host.path('/usr/lib/dockerrun/node')).ino).not.toBe(old)
    // On the connection that was there.
    expect(await ask()).toEqual({ Allow: true })
    agent.destroy()
    await gate.stop()
  })

  it('is what dockerrunctl install sets a host up with', async () => {
    expect(await host.exec(['dockerrunctl', 'install'])).toMatchObject({ status: 0, stderr: '' })
    const unit = read(`/etc/systemd/system/${gateUnit}`).toString()
    expect(unit).toContain('ExecStart=/usr/lib/dockerrun/node /usr/lib/dockerrun/dist/dockerrun-authz.cjs')
    const daemon = read('/etc/docker/daemon.json').toString()
    expect(daemon).toContain('"/usr/lib/dockerrun/dist/dockerrun-runtime"')
    expect(read('/etc/sudoers.d/dockerrun').toString()).toContain(' /usr/lib/dockerrun/bin/dockerrunctl cert issue')
  })

  it.for(['--remove', '--purge'])(
    'is not taken away by %s from a host that is set up, where upgrades pass',
    async (how) => {
      expect(await dpkg(how, 'dockerrun')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining(
          'dockerrun: this host is set up with it, and its engine would start no container\ndockerrun: hint: dockerrunctl install --uninstall\n',
        ) as string,
      })
      expect((await dpkg('--status', 'dockerrun')).stdout).toMatch(/^Status: .* ok installed$/m)
      expect(await host.exec(['dockerrunctl', '--version'])).toMatchObject({ status: 0 })
      expect(await dpkg('-i', '/package/deb')).toMatchObject({ status: 0, stderr: '' })
    },
  )

  it('is not taken away while daemon.json names it, whoever wrote that', async () => {
    expect(await host.exec(['dockerrunctl', 'install', '--uninstall', '--force'])).toMatchObject({
      status: 0,
      stderr: '',
    })
    mkdirSync(host.path('/etc/docker'), { recursive: true })
    writeFileSync(
      host.path('/etc/docker/daemon.json'),
      '{"runtimes": {"dockerrun": {"path": "/usr/lib/dockerrun/dist/dockerrun-runtime"}}}',
    )
    expect(await dpkg('--remove', 'dockerrun')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('dockerrun: /etc/docker/daemon.json names it') as string,
    })
    rmSync(host.path('/etc/docker/daemon.json'))
  })

  it.for(['--remove', '--purge'])('leaves nothing of its own behind: %s', async (how) => {
    // What the site and its gate have made is not the package's: records and certificates.
    await host.exec(['rm', '-rf', '/etc/docker', '/etc/dockerrun', '/var/lib/dockerrun', '/var/log/dockerrun'])
    await host.exec(['rm', '-rf', '/run/docker', '/run/dockerrun'])
    expect(await dpkg('-i', '/package/deb')).toMatchObject({ status: 0 })
    expect(await host.listing()).toBe(after)
    expect(await dpkg(how, 'dockerrun')).toMatchObject({ status: 0, stderr: '' })
    expect(await host.listing()).toBe(before)
    expect((await dpkg('--status', 'dockerrun')).status).toBe(1)
  })
})
