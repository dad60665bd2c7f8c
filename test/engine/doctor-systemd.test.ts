/** Doctor under a real systemd, with Debian's own units of the engine: the commands it prints are run as they are. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../src/admin/doctor.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { readPackages } from '../support/packages.ts'
import { startSystemd, type Systemd } from '../support/systemd.ts'
import { settings } from './doctor-site.ts'

let lab: Lab
let host: Systemd
let usual: readonly string[] = []
const sh = async (line: string) => {
  const { status, stdout, stderr } = await host.exec(['sh', '-c', line])
  if (status !== 0) throw new Error(`${line}: status ${status}\n${stdout}${stderr}`)
  return stdout
}
const doctor = async () =>
  JSON.parse((await host.exec(['dockerrunctl', 'doctor', '--json'])).stdout) as readonly Finding[]
/** Beyond the notices that this host always has. */
const find = async () => (await doctor()).filter(({ id }) => !usual.includes(id))

/** As Debian ships them, but for where a lab has its programs. */
const shipped = (name: string): string =>
  readFileSync(join(readPackages(), 'lib/systemd/system', name), 'utf8').replaceAll(
    /^ExecStart=\/usr\/s?bin\//gm,
    'ExecStart=/usr/local/sbin/',
  )

beforeAll(async () => {
  lab = await startLab()
  for (const name of ['usr/sbin/dockerd', 'usr/bin/containerd', 'usr/bin/containerd-shim-runc-v2', 'usr/sbin/runc'])
    symlinkSync(`../lib/engine/${name}`, lab.path(`/usr/local/sbin/${name.split('/').at(-1)}`))
  mkdirSync(lab.path('/etc/docker'), { recursive: true })
  const apart = {
    bridge: 'none',
    iptables: false,
    'ip-forward': false,
    'data-root': '/run/lab/data',
    'exec-opts': ['native.cgroupdriver=cgroupfs'],
  }
  writeFileSync(lab.path(settings), JSON.stringify(apart))
  const units = ['docker.service', 'docker.socket', 'containerd.service']
  // Debian's docker.socket is this group's.
  writeFileSync(lab.path('/etc/group'), 'docker:x:990:\n', { flag: 'a' })
  host = await startSystemd(lab, Object.fromEntries(units.map((name) => [name, shipped(name)])))
  await host.systemctl('enable', 'docker.service')
  const [, command = ''] = /^now: (.*)$/m.exec(await sh('dockerrunctl install')) ?? []
  await sh(command)
})
afterAll(() => lab.stop())

describe('a host with systemd', () => {
  it('has nothing worse than notices', async () => {
    const findings = await doctor()
    expect(findings.filter(({ severity }) => severity !== 'notice')).toEqual([])
    usual = findings.map(({ id }) => id)
  })

  const toRunc = 's/"default-runtime": "dockerrun"/"default-runtime": "runc"/'
  it.for([
    {
      fault: "the gate's socket not enabled",
      ids: ['not-enabled'],
      plant: 'systemctl disable dockerrun-authz.socket',
    },
    {
      fault: 'the gate stopped',
      ids: ['gate-1-silent', 'unknown'],
      plant: 'systemctl stop dockerrun-authz.socket dockerrun-authz.service',
    },
    {
      fault: 'a certificate of the engine that ends soon',
      ids: ['certificate-ends', 'certificate-shown'],
      plant: 'dockerrunctl cert server --days 5',
    },
    {
      fault: 'an engine that was started without gate 2',
      ids: ['gate-2-engine'],
      plant: `cp ${settings} /run/kept && sed -i '${toRunc}' ${settings} && systemctl restart docker && cp /run/kept ${settings}`,
    },
  ])('has $fault: found, and mended by the very command that doctor prints', async ({ ids, plant }) => {
    // Debian's unit may be started three times a minute.
    await sh('systemctl reset-failed docker.service')
    await sh(plant)
    const found = await find()
    expect(found.map(({ id }) => id)).toEqual(ids)
    expect(found[0]?.isCommand).toBe(true)
    await sh(found[0]?.remedy ?? '')
    expect(await find()).toEqual([])
  })
})
