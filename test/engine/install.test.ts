/** dockerrunctl install on a host of its own: what it writes is what engine, gate and users then run with. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeAccount } from '../support/accounts.ts'
import { importBusybox } from '../support/engine-parts.ts'
import { startInstalled, type InstalledEngine } from '../support/installed-engine.ts'
import { startNamespace, type Namespace } from '../support/namespace.ts'
import { execProgram } from '../support/program.ts'

let host: Namespace
let engine: InstalledEngine
const exec = async (argv: readonly string[], options: Parameters<typeof execProgram>[2] = {}) =>
  await execProgram(host, argv, options)
const install = async (...flags: readonly string[]) => await exec(['dockerrunctl', 'install', ...flags])
/** All that an installation may touch, with modes and contents, but for a file that the engine itself makes. */
const listing = async () =>
  (
    await exec([
      'sh',
      '-c',
      'cd / && find etc var/lib/dockerrun var/log/dockerrun \\( -name key.json \\) -prune -o -exec stat -c "%n %a" {} + -exec md5sum {} + | sort',
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
})
afterAll(async () => {
  await host.stop()
})

describe('a host that dockerrunctl install has set up', () => {
  it('is shown what would change, and not changed', async () => {
    original = await listing()
    expect(original).toContain('etc/docker/daemon.json')
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
    engine = await startInstalled(host)
    await importBusybox(engine.api)
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

  it('is not taken back while there is a container', async () => {
    const argv = ['dockerrun', '-d', '--name', 'kept', '--network', 'none', 'busybox', 'sleep', '1000']
    expect(await exec(argv, { as: 'alice' })).toMatchObject({ status: 0 })
    expect(await install('--uninstall')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('1 containers may name the runtime') as string,
    })
    expect(await engine.api({ method: 'DELETE', path: '/containers/kept?force=1' })).toMatchObject({ status: 204 })
  })

  it('is as it was when it is taken back', async () => {
    await engine.stop()
    await engine.gate().stop()
    expect(await install('--uninstall', '--purge', '--force')).toMatchObject({ status: 0, stderr: '' })
    expect(await listing()).toBe(original)
    expect(await install('--uninstall', '--force')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('nothing was installed') as string,
    })
  })
})
