/** Doctor under a real systemd, with Debian's own units of the engine: the commands it prints are run as they are. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../src/admin/doctor.ts'
import { startDebianHost } from '../support/debian-host.ts'
import { startLab, type Lab } from '../support/lab.ts'
import type { Systemd } from '../support/systemd.ts'
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

beforeAll(async () => {
  lab = await startLab()
  host = await startDebianHost(lab)
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
