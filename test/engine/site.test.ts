/**
 * The life of an installation, from the Debian package on a clean Debian to the last file gone: two users who help themselves, a
 * revocation, an upgrade while containers run, and back.
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importBusybox } from '../support/engine-parts.ts'
import { makeFolder } from '../support/folder.ts'
import { engineFolder, startInstalled, type InstalledEngine } from '../support/installed-engine.ts'
import { startNamespace, type Namespace } from '../support/namespace.ts'
import { copySources, makePackages } from '../support/package.ts'
import { checkout } from '../support/packages.ts'
import { execProgram } from '../support/program.ts'
import { startSite } from '../support/site.ts'

let lab: Namespace
let host: Namespace
let engine: InstalledEngine
let before = ''
const exec = async (argv: readonly string[], options: Parameters<typeof execProgram>[2] = {}) =>
  await execProgram(host, argv, options)
const sh = async (script: string, as?: string) => await exec(['sh', '-c', script], as === undefined ? {} : { as })
const must = async (script: string, as?: string) => {
  const { status, stdout, stderr } = await sh(script, as)
  if (status !== 0) throw new Error(`${script}: ${status}\n${stdout}${stderr}`)
  return stdout
}
/** What a login shell of theirs does; on a terminal, where the profile gets a certificate. */
const login = async (script: string, as: string) =>
  await must(`script -qec "sh -lc '${script}'" /dev/null </dev/null`, as)

/** All files, folders and links of the host with modes, owners and contents, but for what dpkg and the engine write themselves. */
const listing = async () =>
  await must(
    'find / -xdev \\( -path /var/lib/dpkg -o -path /var/log/dpkg.log -o -path /home -o -name key.json -o -path /tmp -o -path /opt/containerd -o -path /var/log/alternatives.log \\) -prune -o ' +
      "-type f -printf '%p %m %U %G ' -exec md5sum {} \\; -o -printf '%p %m %U %G %l\\n' | sort",
  )

beforeAll(async () => {
  using folder = makeFolder()
  copySources(checkout, folder.path, '022')
  const packages = makePackages(folder.path, '022')
  lab = await startNamespace({})
  host = await startSite(lab)
  const { debian } = await packages
  copyFileSync(debian, host.path('/tmp/dockerrun.deb'))
  await must('useradd -m alice && useradd -m bob')
  mkdirSync(host.path('/etc/docker'))
  writeFileSync(
    host.path('/etc/docker/daemon.json'),
    `{"data-root": "${engineFolder}/data",  "bridge": "lab7", "log-opts": {"max-size": "10m"}}\n`,
  )
  before = await listing()
})
afterAll(async () => {
  await lab.stop()
})

describe('a clean Debian', () => {
  it('takes the package, and is set up by one command', async () => {
    await must('dpkg -i /tmp/dockerrun.deb')
    await must('dockerrunctl install')
    engine = await startInstalled(host)
    await importBusybox(engine.api)
  })

  it('is found well by doctor', async () => {
    await must(`chmod 0710 ${engineFolder}/data`)
    const { stdout } = await exec(['dockerrunctl', 'doctor', '--json'])
    const found = JSON.parse(stdout) as readonly { readonly severity: string }[]
    expect(found.filter(({ severity }) => severity !== 'notice')).toEqual([])
  })

  it.for(['alice', 'bob'])('gives %s a certificate at the first login, who then runs a container', async (as) => {
    expect(await login('dockerrun --rm --network none busybox id -un', as)).toContain(`${as}\r\n`)
    expect(await must('dockerrun --rm --network none busybox id -un', as)).toBe(`${as}\n`)
  })

  it('refuses the next request of a user whose certificate was revoked, and no other', async () => {
    await must('dockerrunctl cert revoke --user bob')
    expect(await sh('dockerrun --rm --network none busybox true', 'bob')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('revoked') as string,
    })
    await must('dockerrun --rm --network none busybox true', 'alice')
  })

  it('is upgraded while 20 containers run: none ends, and no request fails', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `kept-${index}`)
    for (const name of names) await must(`dockerrun -d --name ${name} --network none busybox sleep 1000`, 'alice')
    // Requests all the while, one after the other, with the whole way of a container's life among them.
    const asking = sh(
      'n=0; while [ ! -e /tmp/done ]; do dockerrun --rm --network none busybox true || exit 1; n=$((n + 1)); done; echo $n',
      'alice',
    )
    await must('dpkg -i /tmp/dockerrun.deb && dockerrunctl install')
    await engine.restartGate()
    await must('dockerrun --rm --network none busybox true', 'alice')
    await must(': >/tmp/done')
    expect(await asking).toMatchObject({ status: 0, stdout: expect.stringMatching(/^[1-9]/) as string, stderr: '' })
    const running = await must("dockerexec kept-0 true; docker -H unix:///var/run/docker.sock ps --format '{{.Names}}'")
    expect(running.trim().split('\n').toSorted()).toEqual(names.toSorted())
  })

  it('keeps the package while it is set up', async () => {
    expect(await sh('dpkg --remove dockerrun')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('dockerrunctl install --uninstall') as string,
    })
    expect(await sh('dockerrunctl install --uninstall')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('20 containers may name the runtime') as string,
    })
  })

  it('is as it was when all is taken back', async () => {
    await must('docker -H unix:///var/run/docker.sock rm -f $(docker -H unix:///var/run/docker.sock ps -aq)')
    await must('dockerrunctl install --uninstall --purge && dpkg --purge dockerrun')
    await engine.stop()
    await engine.gate().stop()
    expect(await listing()).toBe(before)
  })
})
