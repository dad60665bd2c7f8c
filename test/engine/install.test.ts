/** dockerrunctl install on a host of its own: what it writes is what engine, gate and users then run with. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeAccount } from '../support/accounts.ts'
import { startDaemon, type Daemon } from '../support/daemon.ts'
import { callApi, type ApiRequest } from '../support/engine-api.ts'
import { addBridge, daemonEnvironment, importBusybox } from '../support/engine-parts.ts'
import { startNamespace, type Namespace } from '../support/namespace.ts'
import { execProgram } from '../support/program.ts'
import { defaultRelease, readProgramFolders } from '../support/releases.ts'
import { until } from '../support/until.ts'

let host: Namespace
let engine: Daemon
const exec = async (argv: readonly string[], options: Parameters<typeof execProgram>[2] = {}) =>
  await execProgram(host, argv, options)
const install = async (...flags: readonly string[]) => await exec(['dockerrunctl', 'install', ...flags])
/** All below /etc but the CA and the engine's own key, with modes and contents. */
const listing = async () =>
  (
    await exec([
      'sh',
      '-c',
      'cd /etc && find . \\( -path ./dockerrun/pki -o -name key.json \\) -prune -o -type f -exec stat -c "%n %a" {} + -exec md5sum {} + | sort',
    ])
  ).stdout

/** A site's own way to write it. */
const own = '{"data-root": "/run/inst/data",  "bridge": "lab7"}\n'
let original = ''

beforeAll(async () => {
  host = await startNamespace({})
  makeAccount(host, { login: 'alice', uid: 2001, gid: 2001, groups: [] })
  mkdirSync(host.path('/etc/docker'), { recursive: true })
  writeFileSync(host.path('/etc/docker/daemon.json'), own)
  for (const folder of ['/run/inst', '/var/lib/dockerrun', '/var/log/dockerrun'])
    mkdirSync(host.path(folder), { recursive: true })
})
afterAll(async () => {
  await host.stop()
})

describe('a host that dockerrunctl install has set up', () => {
  it('is shown what would change, and not changed', async () => {
    original = await listing()
    expect(original).toContain('./docker/daemon.json')
    const { status, stdout } = await install('--dry-run')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^made: the CA of this host\n/)
    expect(stdout).toMatch(
      /^changed: \/etc\/docker\/daemon\.json\n(?:[-+ ].*\n)*\+ {2}"default-runtime": "dockerrun",$/m,
    )
    expect(await listing()).toBe(original)
  })

  it('needs to be told once', async () => {
    expect(await install()).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('systemctl restart docker.service') as string,
    })
    const was = await listing()
    expect(await install()).toMatchObject({ status: 0, stdout: 'nothing to change\n' })
    expect(await listing()).toBe(was)
  })

  it('runs a user, who is told of the engine by dockerrun.yaml alone', async () => {
    const gate = startDaemon(host, ['dockerrun-authz'], { log: '/run/inst/gate' })
    const socket = host.path('/run/docker/plugins/dockerrun.sock')
    await until(() => existsSync(socket), { what: 'the gate', log: gate.tail })
    await addBridge(host, 7)
    // What a lab's engines must not share; hosts, TLS, plugin and runtime are daemon.json's.
    const apart = ['exec-root=/run/inst/exec', 'pidfile=/run/inst/pid', `cgroup-parent=/${host.id}`, 'group=root']
    const alone = [
      'iptables=false',
      'ip6tables=false',
      'ip-masq=false',
      'default-address-pool=base=172.27.128.0/17,size=24',
    ]
    const line = ['dockerd', ...[...apart, ...alone].map((setting) => `--${setting}`)]
    const env = daemonEnvironment(host, readProgramFolders(defaultRelease))
    engine = startDaemon(host, line, { log: '/run/inst/log', env })
    const api = async (request: ApiRequest) => await callApi(host.path('/run/docker.sock'), request)
    const isUp = async () => (await api({ path: '/_ping' }).catch(() => undefined))?.status === 200
    await until(isUp, { what: 'the engine', log: engine.tail })
    await importBusybox(api)
    expect(await exec(['dockerrunctl', 'cert', 'issue', 'alice'])).toMatchObject({ status: 0 })
    const argv = [
      'dockerrun',
      '--rm',
      '--network',
      'none',
      'busybox',
      'sh',
      '-c',
      'id -un; cat /proc/self/status | grep NoNewPrivs',
    ]
    expect(await exec(argv, { as: 'alice' })).toEqual({ status: 0, stdout: 'alice\nNoNewPrivs:\t1\n', stderr: '' })
  })

  it('is found to be well, and each fault is found, with the command that mends it', async () => {
    const doctor = async () => {
      const { stdout } = await exec(['dockerrunctl', 'doctor', '--json'])
      const found = JSON.parse(stdout) as readonly {
        readonly severity: string
        readonly title: string
        readonly remedy: string
      }[]
      return found.filter(({ severity }) => severity !== 'notice')
    }
    // A lab's folder is open, and its flags are many.
    await exec(['chmod', '0710', '/run/inst/data'])
    expect(await doctor()).toEqual([])
    const faults = [
      { title: "the engine's socket", plant: ['chmod', '0666', '/run/docker.sock'] },
      {
        title: "the CA's key",
        plant: ['chmod', '0644', '/etc/dockerrun/pki/ca-key.pem'],
        mend: ['chmod', '0600', '/etc/dockerrun/pki/ca-key.pem'],
      },
      {
        title: 'the policy file',
        plant: ['chmod', '0666', '/etc/dockerrun/policy.yaml'],
        mend: ['chmod', '0644', '/etc/dockerrun/policy.yaml'],
      },
      {
        title: "the engine's folder",
        plant: ['chmod', '0755', '/run/inst/data'],
        mend: ['chmod', '0710', '/run/inst/data'],
      },
      { title: 'certificates that end soon', plant: ['dockerrunctl', 'cert', 'server', '--days', '5'] },
    ]
    for (const { title, plant, mend } of faults) {
      expect(await exec(plant)).toMatchObject({ status: 0 })
      const [finding, ...others] = await doctor()
      expect({ title: finding?.title, others }).toEqual({ title, others: [] })
      expect(await exec(mend ?? (finding?.remedy ?? '').split(' '))).toMatchObject({ status: 0 })
    }
    expect(await doctor()).toEqual([])
  })

  it('is not taken back while there is a container', async () => {
    const argv = ['dockerrun', '-d', '--name', 'kept', '--network', 'none', 'busybox', 'sleep', '1000']
    expect(await exec(argv, { as: 'alice' })).toMatchObject({ status: 0 })
    expect(await install('--uninstall')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('1 containers may name the runtime') as string,
    })
    const api = async (request: ApiRequest) => await callApi(host.path('/run/docker.sock'), request)
    expect(await api({ method: 'DELETE', path: '/containers/kept?force=1' })).toMatchObject({ status: 204 })
  })

  it('is as it was when it is taken back', async () => {
    expect(await install('--uninstall')).toMatchObject({ status: 0, stderr: '' })
    expect(await listing()).toBe(original)
    await engine.stop()
    expect(await install('--uninstall', '--force')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('nothing was installed') as string,
    })
  })
})
