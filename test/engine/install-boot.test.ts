/** dockerrunctl install under a real systemd, with Debian's own units of the engine: what starts, in which order, and by itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDebianHost } from '../support/debian-host.ts'
import { startLab, type Lab } from '../support/lab.ts'
import type { Systemd } from '../support/systemd.ts'
import { until } from '../support/until.ts'

let lab: Lab
let host: Systemd
const sh = async (line: string) => await host.exec(['sh', '-c', line])
const gate = 'dockerrun-authz.service'
const when = async (unit: string, moment: 'ActiveEnter' | 'InactiveExit') =>
  Number(await host.show(unit, `${moment}TimestampMonotonic`))

beforeAll(async () => {
  lab = await startLab()
  lab.account({ login: 'alice', uid: 2001, gid: 2001 })
  host = await startDebianHost(lab)
})
afterAll(() => lab.stop())

describe('a host with systemd', () => {
  it('is set up by install and the command that it prints', async () => {
    const { status, stdout, stderr } = await host.exec(['dockerrunctl', 'install'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const [, command = ''] = /^now: (.*)$/m.exec(stdout) ?? []
    expect(await sh(command)).toMatchObject({ status: 0 })
    expect(await host.show('docker.service', 'ActiveState')).toBe('active')
  })

  it('starts the engine by the line of its unit, without hosts', async () => {
    expect(await host.show('docker.service', 'ExecStart')).toMatch(
      /argv\[\]=\/usr\/local\/sbin\/dockerd --containerd=\/run\/containerd\/containerd\.sock \$DOCKER_OPTS ;/,
    )
  })

  it('lets a user in by certificate, and nobody by the socket', async () => {
    expect(await host.exec(['dockerrunctl', 'cert', 'issue', 'alice'])).toMatchObject({ status: 0, stderr: '' })
    const as = 'setpriv --reuid 2001 --regid 2001 --groups 2001,990 env HOME=/home/alice'
    const tls = 'DOCKER_HOST=tcp://127.0.0.1:2376 DOCKER_TLS_VERIFY=1'
    expect(await sh(`${as} ${tls} docker ps -q`)).toEqual({ status: 0, stdout: '', stderr: '' })
    expect((await sh(`${as} docker -H unix:///run/docker.sock ps`)).stderr).toContain('permission denied')
  })

  it('is without a finding to doctor but notices', async () => {
    const { stdout } = await host.exec(['dockerrunctl', 'doctor', '--json'])
    const found = JSON.parse(stdout) as readonly { readonly severity: string }[]
    expect(found.filter(({ severity }) => severity !== 'notice')).toEqual([])
  })

  it('starts all of it by itself when it boots, the gate before the engine', async () => {
    const all = ['docker.service', 'docker.socket', 'containerd.service', gate, 'dockerrun-authz.socket']
    await host.systemctl('stop', ...all, 'multi-user.target')
    expect(await Promise.all(all.map(async (unit) => await host.show(unit, 'ActiveState')))).toEqual(
      all.map(() => 'inactive'),
    )
    await host.systemctl('start', 'multi-user.target')
    const isUp = async () => (await host.show('docker.service', 'ActiveState')) === 'active'
    await until(isUp, { what: 'the engine' })
    expect(await host.show(gate, 'ActiveState')).toBe('active')
    expect(await when(gate, 'ActiveEnter')).toBeLessThan(await when('docker.service', 'InactiveExit'))
  })

  it('has an engine that starts without the gate running, and then with it', async () => {
    await host.systemctl('stop', gate)
    await host.systemctl('restart', 'docker.service')
    expect(await host.show(gate, 'ActiveState')).toBe('active')
  })
})
