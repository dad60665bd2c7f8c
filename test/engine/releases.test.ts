/** The engines of several releases in one lab, plain and remapped: each all of its own parts, and each does its work. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { type Release, newerRelease } from '../support/releases.ts'
import { until } from '../support/until.ts'

const versions: Readonly<Record<Release, { readonly engine: RegExp; readonly runc: RegExp }>> = {
  own: { engine: /^20\.10\./, runc: /^1\.1\.5\+/ },
  trixie: { engine: /^26\.1\./, runc: /^1\.1\.15\+/ },
  // What it will have when this is run, nobody knows.
  sid: { engine: /^(2[89]|[3-9]\d)\./, runc: /^1\.([3-9]|\d\d)\./ },
}

let lab: Lab
beforeAll(async () => {
  lab = await startLab()
})
afterAll(() => lab.stop())

describe.for([
  { release: 'own', remapped: false },
  { release: 'own', remapped: true },
  { release: newerRelease, remapped: false },
  { release: newerRelease, remapped: true },
] as const)("the engine of release '$release' (remapped: $remapped)", ({ release, remapped }) => {
  let engine: Engine
  beforeAll(async () => {
    engine = await lab.engine({ name: `${release}-${remapped ? 'remapped' : 'plain'}`, release, remapped })
    await Promise.all(['alice', 'bob'].map(engine.login))
  })
  const as = (login: string, ...argv: readonly string[]) => lab.exec(argv, { as: login, env: engine.env(login) })
  const asRoot = (...argv: readonly string[]) => lab.exec([engine.dockerCli, '-H', `unix://${engine.socket}`, ...argv])

  it("has that release's engine, runc and client, and is remapped as asked", async () => {
    const asked = await as('alice', engine.dockerCli, 'version', '--format', '{{json .}}')
    expect(asked).toMatchObject({ status: 0, stderr: '' })
    const { Client, Server } = JSON.parse(asked.stdout)
    // Asked for its version, gate 2's runtime is runc.
    const runc = Server.Components.find(({ Name }: { readonly Name: string }) => Name === 'dockerrun')
    expect(Server.Version).toMatch(versions[release].engine)
    expect(runc.Version).toMatch(versions[release].runc)
    expect(Client.Version).toBe(Server.Version)
    const info = JSON.parse((await engine.api({ path: '/info' })).body)
    expect(info.SecurityOptions.includes('name=userns')).toBe(remapped)
  })

  it('runs, enters and stops the container of its user alone', async () => {
    const me = { status: 0, stdout: 'uid=2001(alice) gid=2001(alice) groups=2001(alice),3000(beam)\n', stderr: '' }
    expect(await as('alice', 'dockerrun', '--rm', 'busybox', 'id')).toEqual(me)
    expect(await as('alice', 'dockerrun', '-d', '--name', 'long', 'busybox', 'sleep', '1000')).toMatchObject({
      status: 0,
      stderr: '',
    })
    // On a remapped engine, whose image folders are not root's, runc before 1.3 could be told other groups (M04c).
    const inside = remapped ? { ...me, stdout: 'uid=2001(alice) gid=2001(alice)\n' } : me
    expect(await as('alice', 'dockerexec', 'long', 'id')).toEqual(inside)
    expect(await as('alice', engine.dockerCli, 'exec', 'long', 'id')).toEqual(inside)
    expect((await as('bob', engine.dockerCli, 'stop', 'long')).stderr).toContain('no such container of yours')
    expect(await as('alice', engine.dockerCli, 'stop', '-t', '0', 'long')).toEqual({
      status: 0,
      stdout: 'long\n',
      stderr: '',
    })
    expect(await engine.containers()).toContainEqual(expect.objectContaining({ Names: ['/long'], State: 'exited' }))
  })

  it('has a bridge of its own, between whose containers packets pass', async () => {
    const serve = ['httpd', '-f', '-p', '8080', '-h', '/etc']
    expect((await as('alice', 'dockerrun', '-d', '--rm', '--name', 'web', 'busybox', ...serve)).status).toBe(0)
    const inspected = await engine.api({ path: '/containers/web/json' })
    const address = JSON.parse(inspected.body).NetworkSettings.Networks.bridge.IPAddress
    const fetched = () => as('bob', 'dockerrun', '--rm', 'busybox', 'wget', '-qO-', `http://${address}:8080/hostname`)
    const page = await until(
      async () => {
        const { status, stdout } = await fetched()
        return status === 0 && stdout
      },
      { what: 'the page' },
    )
    expect(page).toMatch(/^[0-9a-f]{12}\n$/)
  })

  it("gives root's containers networks with names in them, and volumes that keep", async () => {
    expect((await asRoot('network', 'create', 'inner')).status).toBe(0)
    const attached = ['--network', 'inner', '-v', 'data:/data']
    const serve = 'echo kept > /data/file; exec httpd -f -p 8080 -h /data'
    const server = await asRoot('run', '-d', '--name', 'server', ...attached, 'busybox', 'sh', '-c', serve)
    expect(server).toMatchObject({ status: 0, stderr: '' })
    const fetched = () => asRoot('run', '--rm', ...attached, 'busybox', 'wget', '-qO-', 'http://server:8080/file')
    await until(async () => (await fetched()).stdout === 'kept\n', { what: 'the page of a named container' })
    expect((await asRoot('rm', '-f', 'server')).status).toBe(0)
    expect((await asRoot('run', '--rm', '-v', 'data:/data', 'busybox', 'cat', '/data/file')).stdout).toBe('kept\n')
  })
})
