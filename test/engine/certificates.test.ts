/** dockerrunctl as installed, with real accounts that put traps where root is asked to write. */
import { X509Certificate } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lab, startLab } from '../support/lab.ts'

let lab: Lab
const dir = '/run/pki'
/** There is none in this lab. */
const noGate =
  'dockerrunctl: there is no gate on /run/docker/plugins/dockerrun.sock: this is on record in issued.jsonl alone\n'

beforeAll(async () => {
  lab = await startLab()
  for (const [login, uid, nssOnly] of [
    ['frank@dom.ain', 4001, true],
    ['DOM\\grace', 4002, true],
    ['service', 901, false],
  ] as const)
    lab.account({ login, uid, gid: uid, nssOnly })
  expect(await lab.exec(['dockerrunctl', '--dir', dir, 'ca', 'init'])).toMatchObject({ status: 0, stderr: '' })
})
afterAll(() => lab.stop())

const issue = (...args: readonly string[]) => lab.exec(['dockerrunctl', '--dir', dir, 'cert', 'issue', ...args])
const issueSelf = (uid: number, ...args: readonly string[]) =>
  lab.exec(['dockerrunctl', '--dir', dir, 'cert', 'issue', '--self', ...args], { env: { SUDO_UID: `${uid}` } })
const sh = (script: string, as?: string) => lab.exec(['sh', '-c', script], as === undefined ? {} : { as })

describe('dockerrunctl cert issue', () => {
  it.for(['alice', 'frank@dom.ain', 'DOM\\grace'])(
    "puts %s's certificate into a folder that only that account can read",
    async (login) => {
      expect(await issue(login)).toMatchObject({ status: 0, stderr: noGate })
      const { stdout } = await sh('cd ~/.docker && stat -c "%n %a %U" . *', login)
      expect(stdout).toBe(`. 700 ${login}\nca.pem 644 ${login}\ncert.pem 644 ${login}\nkey.pem 600 ${login}\n`)
      const pem = (await sh('cat ~/.docker/cert.pem', login)).stdout
      const authority = new X509Certificate(readFileSync(lab.path(`${dir}/ca.pem`)))
      const certificate = new X509Certificate(pem)
      expect(certificate.verify(authority.publicKey) && certificate.checkIssued(authority)).toBe(true)
      expect(certificate.raw.includes(Buffer.concat([Buffer.from([0x0c, login.length]), Buffer.from(login)]))).toBe(
        true,
      )
    },
  )

  it.for([
    { name: 'its ~/.docker is a link to /etc', trap: 'ln -s /etc ~/.docker' },
    { name: 'its ~/.docker is a link to where nothing is yet', trap: 'ln -s /etc/cron.d/new ~/.docker' },
    { name: "its ~/.docker is a link to another account's home", trap: 'ln -s /home/alice ~/.docker' },
    { name: 'its ~/.docker is a file', trap: 'touch ~/.docker' },
    { name: 'its home is a link to /etc', trap: 'true', before: 'rm -rf /home/mallory && ln -s /etc /home/mallory' },
  ])('writes nothing anywhere as root for an account when $name', async ({ trap, before = 'true' }) => {
    lab.account({ login: 'mallory', uid: 4666, gid: 4666 })
    expect((await sh(trap, 'mallory')).status).toBe(0)
    await sh(before)
    const look = () => sh('find /etc /home/alice -xdev | sort')
    const earlier = (await look()).stdout
    for (const outcome of [await issue('mallory'), await issueSelf(4666)]) {
      expect(outcome).toMatchObject({ status: 125, stdout: '' })
      const [what, hint, ...others] = outcome.stderr.replace(noGate, '').split('\n')
      expect(what).toMatch(/^dockerrunctl: .*cannot be written as mallory/)
      expect(hint).toMatch(/^dockerrunctl: hint: /)
      expect(others).toEqual([''])
    }
    expect((await look()).stdout).toBe(earlier)
    await sh("sed -i '/^mallory:/d' /etc/passwd /etc/group; rm -rf /home/mallory")
  })

  it('follows a link only as far as its owner may go, and replaces those in the way of its files', async () => {
    lab.account({ login: 'heidi', uid: 4003, gid: 4003 })
    await sh(
      'mkdir ~/real && ln -s real ~/.docker && ln -s /etc/passwd ~/real/cert.pem && ln -s /etc/passwd ~/real/key.pem',
      'heidi',
    )
    const earlier = readFileSync(lab.path('/etc/passwd'), 'utf8')
    expect(await issue('heidi')).toMatchObject({ status: 0 })
    expect((await sh('cd ~/real && stat -c "%n %F %U" *', 'heidi')).stdout).toBe(
      'ca.pem regular file heidi\ncert.pem regular file heidi\nkey.pem regular file heidi\n',
    )
    expect(readFileSync(lab.path('/etc/passwd'), 'utf8')).toBe(earlier)
  })

  it('writes with the groups of the account, all of them and no other', async () => {
    lab.account({ login: 'ivan', uid: 4004, gid: 4004 })
    await sh('mkdir /run/beam && chgrp beam /run/beam && chmod 2770 /run/beam')
    expect(await issue('alice', '--out', '/run/beam/alice')).toMatchObject({ status: 0 })
    expect((await issue('ivan', '--out', '/run/beam/ivan')).status).toBe(125)
    expect(readdirSync(lab.path('/run/beam'))).toEqual(['alice'])
  })

  it('gives the account a folder where only root could make one, but not at the wish of --self', async () => {
    await sh('mkdir /run/given')
    expect(await issue('bob', '--out', '/run/given/bob')).toMatchObject({ status: 0 })
    expect((await sh('stat -c "%a %U" /run/given/bob /run/given/bob/key.pem')).stdout).toBe('700 bob\n600 bob\n')
    expect((await issueSelf(2002, '--out', '/run/given/more')).status).toBe(125)
    expect(readdirSync(lab.path('/run/given'))).toEqual(['bob'])
  })

  it.for([
    { name: 'an account nobody knows', args: ['nosuch'] },
    { name: 'root', args: ['root'] },
    { name: 'nobody at all', args: [] },
    { name: 'a login and oneself', args: ['alice', '--self'] },
    { name: 'oneself without sudo', args: ['--self'] },
    { name: 'no days', args: ['alice', '--days', '0'] },
    { name: 'a flag it does not have', args: ['alice', '--forever'] },
  ])('refuses $name in one line and a hint', async ({ args }) => {
    const outcome = await issue(...args)
    expect(outcome).toMatchObject({ status: 125, stdout: '' })
    expect(outcome.stderr).toMatch(/^dockerrunctl: [^\n]+\ndockerrunctl: hint: [^\n]+\n$/)
  })

  it('gives a user nothing without sudo: the key of the CA is closed', async () => {
    const outcome = await lab.exec(['dockerrunctl', '--dir', dir, 'cert', 'issue', 'alice'], { as: 'alice' })
    expect(outcome).toMatchObject({ status: 125, stdout: '' })
    expect(outcome.stderr).toContain('sudo dockerrunctl cert issue --self')
    const forged = await lab.exec(['dockerrunctl', '--dir', dir, 'cert', 'issue', '--self'], {
      as: 'bob',
      env: { SUDO_UID: '2001' },
    })
    expect(forged.status).toBe(125)
  })
})

describe('dockerrunctl cert issue --self', () => {
  it('is for the account sudo names, whatever the environment says besides', async () => {
    const env = { SUDO_UID: '2002', SUDO_USER: 'alice', USER: 'alice', LOGNAME: 'alice', HOME: '/home/alice' }
    const outcome = await lab.exec(['dockerrunctl', '--dir', dir, 'cert', 'issue', '--self'], { env })
    expect(outcome).toMatchObject({ status: 0, stderr: '' })
    const pem = (await sh('cat ~/.docker/cert.pem', 'bob')).stdout
    expect(new X509Certificate(pem).subject).toBe('CN=bob')
    const lines = readFileSync(lab.path(`${dir}/issued.jsonl`), 'utf8')
      .trim()
      .split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ login: 'bob', uid: 2002, by: 2002 })
  })

  it.for([
    { name: 'root', args: [0] as const },
    { name: 'a service', args: [901] as const },
    { name: 'a uid nobody has', args: [4999] as const },
    { name: 'more days than users may have', args: [2001, '--days', '31'] as const },
    { name: 'root by flag', args: [2001, '--root'] as const },
  ])('refuses $name', async ({ args: [uid, ...more] }) => {
    expect(await issueSelf(uid, ...more)).toMatchObject({ status: 125, stdout: '' })
  })

  it("signs with no CA of the caller's own making, and writes no record where the caller leads", async () => {
    await sh('dockerrunctl --dir ~/pki ca init && ln -s /etc/passwd ~/pki/issued.jsonl', 'alice')
    const earlier = readFileSync(lab.path('/etc/passwd'), 'utf8')
    const line = ['dockerrunctl', '--dir', '/home/alice/pki', 'cert', 'issue', '--self']
    expect((await lab.exec(line, { env: { SUDO_UID: '2001' } })).stderr).toContain('others can change')
    expect(readFileSync(lab.path('/etc/passwd'), 'utf8')).toBe(earlier)
  })
})

describe('dockerrunctl cert server and renew', () => {
  const ctl = (...args: readonly string[]) => lab.exec(['dockerrunctl', '--dir', dir, 'cert', ...args])
  const server = () => new X509Certificate(readFileSync(lab.path(`${dir}/server/cert.pem`)))

  it('has all names of this host and those that were said, also when it is renewed', async () => {
    await sh('hostname node7; echo 127.0.0.1 node7.cluster node7 >>/etc/hosts')
    expect(await ctl('server', '--name', '10.1.2.3', '--days', '40')).toMatchObject({ status: 0 })
    const [before, serial] = [server().subjectAltName, server().serialNumber]
    expect(before).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:node7, DNS:node7.cluster, IP Address:10.1.2.3',
    )
    expect(await ctl('renew', '--server')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^not due: /) })
    expect(server().serialNumber).toBe(serial)
    expect(await ctl('renew', '--server', '--force')).toMatchObject({ status: 0, stderr: noGate })
    expect(server().serialNumber).not.toBe(serial)
    expect(server().subjectAltName).toBe(before)
    expect(Math.round((Date.parse(server().validTo) - Date.now()) / 86_400_000)).toBe(40)
  })

  it("makes a user's anew for as long, when it is due or forced", async () => {
    lab.account({ login: 'judy', uid: 4005, gid: 4005 })
    expect(await issue('judy', '--days', '200')).toMatchObject({ status: 0 })
    const serial = async () => new X509Certificate((await sh('cat ~/.docker/cert.pem', 'judy')).stdout).serialNumber
    const old = await serial()
    expect((await ctl('renew', 'judy')).stdout).toMatch(/^not due: /)
    expect(await serial()).toBe(old)
    expect(await ctl('renew', 'judy', '--force')).toMatchObject({ status: 0 })
    expect(await serial()).not.toBe(old)
    const { stdout } = await ctl('show', 'judy')
    expect(stdout.match(/^state {4}valid$/gm)).toHaveLength(2)
  })

  it.for([
    { name: 'nobody', args: ['renew'] },
    { name: 'a login and the engine', args: ['renew', 'alice', '--server'] },
    { name: 'a login that never had one', args: ['renew', 'ivan-the-other'] },
    { name: "root's own", args: ['renew', '--self'] },
    { name: 'a request for nobody', args: ['sign', '/etc/passwd'] },
    { name: 'a request for both', args: ['sign', '/etc/passwd', '--server', '--name', 'a', '--login', 'alice'] },
    { name: 'a request for an engine without a name', args: ['sign', '/etc/passwd', '--server'] },
    { name: 'a request that is none', args: ['sign', '/etc/passwd', '--login', 'alice'] },
    { name: 'to show what there is not', args: ['show', 'nosuch'] },
    { name: 'to show what is no certificate', args: ['show', '/etc/passwd'] },
  ])('refuses $name in one line and a hint', async ({ args }) => {
    const outcome = await ctl(...args)
    expect(outcome).toMatchObject({ status: 125, stdout: '' })
    expect(outcome.stderr).toMatch(/^dockerrunctl: [^\n]+\ndockerrunctl: hint: [^\n]+\n$/)
  })
})
