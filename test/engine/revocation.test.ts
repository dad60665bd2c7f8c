/** Certificates that were good at the handshake and are not any more: dockerd would let them in, gate 1 does not. */
import { X509Certificate } from 'node:crypto'
import { appendFileSync, chmodSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { keepConnection } from '../support/kept-connection.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { makeOddCertificate } from '../support/odd-certificate.ts'
import { until } from '../support/until.ts'

let lab: Lab
let engine: Engine
beforeAll(async () => {
  lab = await startLab()
  lab.account({ login: 'carol', uid: 2003, gid: 2003 })
  engine = await lab.engine({ name: 'engine', loadImage: false, policy: 'administrators: {users: [carol]}\n' })
  // As installed: the CA beside the policy.
  symlinkSync('../ca', lab.path('/run/lab/engines/engine/gate/pki'))
  await Promise.all(['alice', 'bob', 'carol'].map(engine.login))
})
afterAll(() => lab.stop())

const ctl = (verb: string, ...args: readonly string[]) => {
  const gate = verb === 'revoke' ? ['--socket', '/run/docker/plugins/gate-engine.sock'] : []
  return lab.exec(['dockerrunctl', '--dir', engine.certificates.folder, 'cert', verb, ...gate, ...args])
}
const serialOf = (folder: string) => new X509Certificate(readFileSync(lab.path(`${folder}/cert.pem`))).serialNumber
const list = () => lab.path(`${engine.certificates.folder}/revoked.jsonl`)
const ask = async (as: string) => (await engine.apiAs(as, { path: '/info' })).status
/** Lets in again whom a test has put on the list. */
const clear = () => rmSync(list(), { force: true })

describe('a certificate that is revoked', () => {
  it('is refused at once, on a new connection and on an open one, and others are not', async () => {
    await using open = await keepConnection(lab, 'alice', engine.env('alice'))
    await using bobs = await keepConnection(lab, 'bob', engine.env('bob'))
    const serial = serialOf(engine.certificates.pathOf('alice'))
    expect([(await open.get('/info')).status, await ask('alice')]).toEqual([200, 200])
    const before = engine.gate.audit().length
    expect(await ctl('revoke', serial)).toEqual({ status: 0, stdout: `${serial}: of alice, revoked\n`, stderr: '' })
    const refusal = {
      status: 403,
      body: expect.stringContaining(`the certificate (serial ${serial}) was revoked: get a new one`),
    }
    expect(await open.get('/info')).toMatchObject(refusal)
    expect(await engine.apiAs('alice', { path: '/_ping' })).toMatchObject(refusal)
    expect([(await bobs.get('/info')).status, await ask('bob')]).toEqual([200, 200])
    const [revoked, ...lines] = engine.gate
      .audit()
      .slice(before)
      .filter(({ user }) => user === 'alice')
    expect(revoked).toMatchObject({ operation: 'CertificateRevoke', object: serial, by: 0 })
    expect(lines).toEqual(
      Array.from({ length: 2 }, () =>
        expect.objectContaining({ serial, verdict: 'deny', why: expect.stringContaining('was revoked') }),
      ),
    )
    clear()
  })

  it('gives way to a new one', async () => {
    expect((await ctl('revoke', '--user', 'bob')).status).toBe(0)
    expect(await ask('bob')).toBe(403)
    await engine.certificates.issue('bob')
    expect(await ask('bob')).toBe(200)
    clear()
  })

  it("is refused though it is an administrator's", async () => {
    expect(await ask('carol')).toBe(200)
    expect((await ctl('revoke', '--user', 'carol')).status).toBe(0)
    expect(await ask('carol')).toBe(403)
    clear()
    expect(await ask('carol')).toBe(200)
  })
})

describe('a certificate that expires', () => {
  it('is refused on a connection that was opened before', async () => {
    const notAfter = new Date(Math.ceil(Date.now() / 1000) * 1000 + 8_000)
    const folder = await makeOddCertificate(lab, engine, '/run/lab/short', { commonName: 'alice', notAfter })
    await using open = await keepConnection(lab, 'alice', { ...engine.env('alice'), DOCKER_CERT_PATH: folder })
    expect((await open.get('/info')).status).toBe(200)
    const { body } = await until(
      async () => {
        const answer = await open.get('/info')
        return answer.status === 403 && answer
      },
      { what: 'the end of the certificate' },
    )
    expect(Date.now()).toBeGreaterThan(notAfter.getTime())
    expect(body).toContain(`the certificate (serial ${serialOf(folder)}) expired on ${notAfter.toISOString()}`)
  })
})

describe('a list of revoked certificates that cannot be trusted', () => {
  it.for([
    { name: 'is torn', spoil: () => appendFileSync(list(), '{"ser'), why: 'line 2 names no serial' },
    { name: 'can be written by others', spoil: () => chmodSync(list(), 0o666), why: 'can be changed by others' },
  ])('lets in nobody by certificate when it $name, and root by the socket', async ({ spoil, why }) => {
    writeFileSync(list(), '{"serial":"0C"}\n', { mode: 0o644 })
    expect(await ask('bob')).toBe(200)
    spoil()
    for (const login of ['bob', 'carol'])
      expect(await engine.apiAs(login, { path: '/_ping' })).toMatchObject({
        status: 403,
        body: expect.stringContaining(why),
      })
    expect(await engine.api({ path: '/info' })).toMatchObject({ status: 200 })
    expect(engine.gate.log()).toContain(why)
    clear()
    expect(await ask('bob')).toBe(200)
  })
})

describe('dockerrunctl', () => {
  it('lists the certificates that are valid, and with --all what became of the others', async () => {
    const serial = serialOf(engine.certificates.pathOf('alice'))
    await ctl('revoke', serial)
    const line = (state: string) => new RegExp(`^${serial}  ${state} +[0-9T:.-]+Z  alice$`, 'm')
    expect((await ctl('list')).stdout).not.toContain(serial)
    expect((await ctl('list', '--all')).stdout).toMatch(line('revoked'))
    clear()
    expect((await ctl('list')).stdout).toMatch(line('valid'))
    const piped = `dockerrunctl --dir ${engine.certificates.folder} cert list --all | true`
    expect(await lab.exec(['sh', '-c', piped])).toMatchObject({ stderr: '' })
  })

  it.for([
    { name: 'neither serial nor user', args: ['revoke'] },
    { name: 'a serial and a user', args: ['revoke', '0c', '--user', 'alice'] },
    { name: 'a serial nobody issued', args: ['revoke', '0c'] },
    { name: 'a login that never had one', args: ['revoke', '--user', 'nosuch'] },
  ])('refuses $name in one line and a hint, and revokes nothing', async ({ args: [verb = '', ...args] }) => {
    const outcome = await ctl(verb, ...args)
    expect(outcome).toMatchObject({ status: 125, stdout: '' })
    expect(outcome.stderr).toMatch(/^dockerrunctl: [^\n]+\ndockerrunctl: hint: [^\n]+\n$/)
    expect(() => readFileSync(list())).toThrow('ENOENT')
  })

  it('gives no user the record of who has a certificate, nor lets one revoke', async () => {
    for (const args of [['list'], ['revoke', '--unknown', '0c']])
      expect(
        await lab.exec(['dockerrunctl', '--dir', engine.certificates.folder, 'cert', ...args], { as: 'alice' }),
      ).toMatchObject({ status: 125, stdout: '' })
    expect(() => readFileSync(list())).toThrow('ENOENT')
  })

  it('revokes nothing, and leaves the list whole, when the disk is full in the middle of a line', async () => {
    const folder = '/run/full'
    // A page less one byte: the line to come begins in it and would need a second one, which the disk does not have.
    const line = `${'{"serial":"0C"}'.padEnd(4_094)}\n`
    const mount = `mkdir ${folder} && mount -t tmpfs -o size=64k,mode=755 none ${folder}`
    expect(await lab.exec(['sh', '-c', mount])).toMatchObject({ status: 0, stderr: '' })
    writeFileSync(lab.path(`${folder}/revoked.jsonl`), line, { mode: 0o644 })
    await lab.exec(['sh', '-c', `cat /dev/zero > ${folder}/fill`])
    const outcome = await lab.exec(['dockerrunctl', '--dir', folder, 'cert', 'revoke', '--unknown', '0d'])
    expect(outcome).toMatchObject({ status: 125, stdout: '', stderr: expect.stringContaining('the disk is full') })
    expect(readFileSync(lab.path(`${folder}/revoked.jsonl`), 'utf8')).toBe(line)
    rmSync(lab.path(`${folder}/fill`))
    expect(await lab.exec(['dockerrunctl', '--dir', folder, 'cert', 'revoke', '--unknown', '0d'])).toMatchObject({
      status: 0,
      stdout: 'D: revoked\n',
    })
  })
})
