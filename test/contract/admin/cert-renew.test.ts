/** When a certificate is made anew, with what, and what is shown of one. */
import { chmodSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { createAuthority } from '../../../src/admin/authority.ts'
import { findClientRenewal, findServerRenewal, isDue } from '../../../src/admin/cert-renew.ts'
import { renewOwn, type OwnRenewal } from '../../../src/admin/cert-renew-own.ts'
import { showFile, showIssued } from '../../../src/admin/cert-show.ts'
import { issueServer } from '../../../src/admin/issue-server.ts'
import { openPki, recordIssue } from '../../../src/admin/pki.ts'
import { revokeCertificates } from '../../../src/admin/revoke.ts'
import { makeFolder } from '../../support/folder.ts'

const now = new Date('2030-01-01T12:00:00Z')
const later = (days: number) => new Date(now.getTime() + days * 86_400_000)

/** A CA, and what its engine has of it for 30 days. */
async function makePki() {
  const folder = makeFolder()
  const dir = join(folder.path, 'pki')
  await createAuthority({ dir, days: 1000, hostname: 'node7', now })
  const server = await issueServer({ dir, names: ['10.1.2.3'], days: 30, hostname: 'node7', by: 0, now })
  const issueTo = async (login: string, serial: string, days: number) =>
    await recordIssue(await openPki(dir), {
      kind: 'client',
      time: now.toISOString(),
      notAfter: later(days).toISOString(),
      serial,
      login,
      uid: 2001,
      by: 0,
    })
  return { dir, server, path: folder.path, issueTo, [Symbol.dispose]: folder[Symbol.dispose] }
}

it.for([
  { left: 11, due: false },
  { left: 10, due: false },
  { left: 9.9, due: true },
  { left: -1, due: true },
])('a certificate of 30 days with $left of them left is due: $due', ({ left, due }, { expect }) => {
  expect(isDue({ from: now.getTime(), until: later(30).getTime() }, later(30 - left).getTime())).toBe(due)
})

describe('what is renewed', () => {
  it("is an engine's certificate, with its names and its days", async ({ expect }) => {
    using pki = await makePki()
    const names = ['localhost', '127.0.0.1', '::1', 'node7', '10.1.2.3']
    expect(await findServerRenewal(pki.dir, later(1))).toMatchObject({ isDue: false, days: 30, names })
    expect(await findServerRenewal(pki.dir, later(21))).toMatchObject({ isDue: true, days: 30, names })
  })

  it('is none of another CA, whose request is signed elsewhere', async ({ expect }) => {
    using pki = await makePki()
    writeFileSync(join(pki.dir, 'issued.jsonl'), '')
    await expect(findServerRenewal(pki.dir, now)).rejects.toMatchObject({
      hint: expect.stringContaining('cert request'),
    })
  })

  it("is a login's last one that is not revoked", async ({ expect }) => {
    using pki = await makePki()
    await pki.issueTo('alice', '01A1', 300)
    await pki.issueTo('alice', '01A2', 30)
    await pki.issueTo('bob', '01B1', 5)
    expect(await findClientRenewal(pki.dir, 'alice', later(21))).toMatchObject({ isDue: true, days: 30 })
    await revokeCertificates({ dir: pki.dir, which: { serials: ['01A2'], unknown: false }, by: 0, now })
    expect(await findClientRenewal(pki.dir, 'alice', later(21))).toMatchObject({ isDue: false, days: 300 })
    await expect(findClientRenewal(pki.dir, 'carol', now)).rejects.toMatchObject({ code: 'certificate' })
  })
})

describe("a user's own", () => {
  /** With a server's certificate in the place of a user's, which has dates too; `done` is there when it was asked for. */
  async function makeOwn({ status = 0 } = {}) {
    const pki = await makePki()
    const folder = join(pki.path, 'docker')
    mkdirSync(folder)
    writeFileSync(join(folder, 'cert.pem'), readFileSync(join(pki.dir, 'server/cert.pem')))
    const program = join(pki.path, 'program')
    writeFileSync(program, `#!/bin/sh\necho x >>${pki.path}/done\nexit ${status}\n`)
    chmodSync(program, 0o755)
    const order: OwnRenewal = { folder, command: [program], isForced: false, now: later(1) }
    return {
      renew: (change: Partial<OwnRenewal> = {}) => renewOwn({ ...order, ...change }),
      times: () => (existsSync(join(pki.path, 'done')) ? readFileSync(join(pki.path, 'done'), 'utf8').length / 2 : 0),
      folder,
      warning: join(folder, '.renewal-warning'),
      lock: join(folder, '.renewing'),
      [Symbol.dispose]: pki[Symbol.dispose],
    }
  }

  it('is left alone until it is due, or told to be', async ({ expect }) => {
    using own = await makeOwn()
    expect([await own.renew(), own.times()]).toEqual(['not due', 0])
    expect([await own.renew({ now: later(21) }), own.times()]).toEqual(['renewed', 1])
    expect([await own.renew({ isForced: true }), own.times()]).toEqual(['renewed', 2])
    expect([existsSync(own.lock), existsSync(own.warning)]).toEqual([false, false])
  })

  it('is renewed once at a time; who was killed at it is no obstacle for long', async ({ expect }) => {
    using own = await makeOwn()
    writeFileSync(own.lock, '')
    expect([await own.renew({ now: later(21) }), own.times()]).toEqual(['under way', 0])
    const old = Date.now() / 1000 - 121
    utimesSync(own.lock, old, old)
    expect([await own.renew({ now: later(21) }), own.times()]).toEqual(['renewed', 1])
  })

  it('that cannot be renewed is warned of in its last week, until it is renewed', async ({ expect }) => {
    using own = await makeOwn({ status: 1 })
    await expect(own.renew({ now: later(22) })).rejects.toMatchObject({ code: 'certificate' })
    expect(existsSync(own.warning)).toBe(false)
    await expect(own.renew({ now: later(24) })).rejects.toMatchObject({ code: 'certificate' })
    expect(readFileSync(own.warning, 'utf8')).toMatch(/^dockerrun: your certificate ends on 2030-01-31 and .*\n$/)
    expect(existsSync(own.lock)).toBe(false)
    expect(await own.renew({ now: later(1) })).toBe('not due')
    expect(existsSync(own.warning)).toBe(false)
  })

  it('that is not there is none to renew', async ({ expect }) => {
    using own = await makeOwn()
    await expect(own.renew({ folder: join(own.folder, 'nowhere') })).rejects.toMatchObject({
      hint: expect.stringContaining('cert issue --self'),
    })
  })
})

describe('what is shown', () => {
  it('is each certificate of a login or of a serial, with its state', async ({ expect }) => {
    using pki = await makePki()
    // A login may look like a serial.
    await pki.issueTo('ada', '01A1', 300)
    await pki.issueTo('alice', '0ADA', 5)
    await revokeCertificates({ dir: pki.dir, which: { serials: ['01A1'], unknown: false }, by: 0, now })
    const shown = (await showIssued(pki.dir, 'ada', later(6))).map((each) => Object.fromEntries(each))
    expect(shown).toMatchObject([
      { for: 'ada (uid 2001)', serial: '01A1', state: 'revoked' },
      { for: 'alice (uid 2001)', serial: '0ADA', state: 'expired', until: later(5).toISOString() },
    ])
    expect(Object.fromEntries((await showIssued(pki.dir, pki.server.serial, now))[0] ?? [])).toMatchObject({
      for: 'localhost, 127.0.0.1, ::1, node7, 10.1.2.3',
      state: 'valid',
    })
    await expect(showIssued(pki.dir, 'carol', now)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('is what a file says, and what this CA says of it', async ({ expect }) => {
    using pki = await makePki()
    const file = join(pki.dir, 'server/cert.pem')
    const show = async (at: Date, dir = pki.dir) => Object.fromEntries(await showFile(dir, file, at))
    expect(await show(now)).toMatchObject({
      file,
      subject: 'CN=node7',
      issuer: 'CN=dockerrun CA node7',
      serial: pki.server.serial,
      names: expect.stringContaining('IP Address:10.1.2.3'),
      state: 'valid',
    })
    expect(await show(later(31))).toMatchObject({ state: 'expired' })
    expect(await show(later(-1))).toMatchObject({ state: 'not valid yet' })
    writeFileSync(join(pki.dir, 'revoked.jsonl'), `{"serial":"${pki.server.serial}"}\n`)
    expect(await show(now)).toMatchObject({ state: 'revoked' })
    using other = await makePki()
    expect(await show(now, other.dir)).toMatchObject({ state: `not of the CA in ${other.dir}/ca.pem` })
    expect(await show(now, '/nosuch')).toMatchObject({ state: expect.stringContaining('unknown') })
    await expect(showFile(pki.dir, join(pki.dir, 'ca-key.pem'), now)).rejects.toMatchObject({ code: 'certificate' })
  })
})
