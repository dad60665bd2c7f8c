/** What an upgrade by Debian's package does where systemd runs: its postinst, with the gate's own units. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gateUnit, startGateService, type GateService } from '../support/gate-service.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { checkout } from '../support/packages.ts'

describe('an upgrade where systemd runs', () => {
  let lab: Lab
  let gate: GateService
  /** With the version that was there, as dpkg says it. */
  const configure = async (version: string) => await gate.exec(['sh', '/srv/postinst', 'configure', version])

  beforeAll(async () => {
    lab = await startLab()
    copyFileSync(join(checkout, 'test/support/package-postinst.sh'), lab.path('/srv/postinst'))
    gate = await startGateService(lab)
    await gate.systemctl('start', gateUnit)
  })
  afterAll(async () => {
    await lab.stop()
  })

  it('gives the running gate a new process, and is over when that one answers', async () => {
    const pid = await gate.pid()
    expect(await configure('0.0.1')).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(await gate.pid()).not.toBe(pid)
    expect(await gate.exec(['dockerrun-authz', '--check'])).toMatchObject({ status: 0 })
  })

  it('is no first installation, which restarts nothing', async () => {
    const pid = await gate.pid()
    expect(await configure('')).toMatchObject({ status: 0, stderr: '' })
    expect(await gate.pid()).toBe(pid)
  })

  it('says so where the gate does not start, and is an upgrade all the same', async () => {
    await gate.configure('ExecStartPre=/bin/false')
    const { status, stderr } = await configure('0.0.1')
    expect({
      status,
      said: stderr.includes(`dockerrun: the gate did not start again: see systemctl status ${gateUnit}\n`),
    }).toEqual({ status: 0, said: true })
    await gate.configure()
  })

  it('starts no gate that does not run', async () => {
    await gate.systemctl('stop', 'dockerrun-authz.socket', gateUnit)
    expect(await configure('0.0.1')).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(await gate.show(gateUnit, 'ActiveState')).toBe('inactive')
  })
})
