/** What an administrator revokes is what gate 1 then reads. */
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { createAuthority } from '../../../src/admin/authority.ts'
import { issueServer } from '../../../src/admin/issue-server.ts'
import { openPki, recordIssue } from '../../../src/admin/pki.ts'
import { listCertificates, revokeCertificates } from '../../../src/admin/revoke.ts'
import { openRevocations } from '../../../src/plugin/revocations.ts'
import { makeFolder } from '../../support/folder.ts'

const now = new Date('2030-01-01T12:00:00Z')
const soon = new Date('2030-01-11T12:00:00.000Z')
const past = new Date('2029-12-31T12:00:00.000Z')

/** A CA that has issued one to its engine, and to alice two that are valid and one that has expired, and one to bob. */
async function makePki() {
  const folder = makeFolder()
  const dir = join(folder.path, 'pki')
  await createAuthority({ dir, days: 100, hostname: 'node7', now: past })
  const server = await issueServer({ dir, names: [], days: 20, hostname: 'node7', by: 0, now })
  const pki = await openPki(dir)
  for (const [serial, login, notAfter] of [
    ['01A0', 'alice', past],
    ['01A1', 'alice', soon],
    ['01A2', 'alice', soon],
    ['01B1', 'bob', soon],
  ] as const) {
    const issue = { kind: 'client', serial, login, uid: 2001, by: 0 } as const
    await recordIssue(pki, { ...issue, time: past.toISOString(), notAfter: notAfter.toISOString() })
  }
  const file = join(dir, 'revoked.jsonl')
  return {
    dir,
    file,
    server: server.serial,
    revoke: (...serials: string[]) => revokeCertificates({ dir, which: { serials, unknown: false }, by: 2002, now }),
    revokeUnknown: (...serials: string[]) =>
      revokeCertificates({ dir, which: { serials, unknown: true }, by: 2002, now }),
    revokeFrom: (list: string) => revokeCertificates({ dir, which: { list, from: 'other.jsonl' }, by: 2002, now }),
    revokeOf: (login: string) => revokeCertificates({ dir, which: { login }, by: 2002, now }),
    states: async () =>
      Object.fromEntries((await listCertificates(dir, now)).map(({ serial, state }) => [serial, state])),
    /** As gate 1 reads it. */
    list: openRevocations(
      () => file,
      () => {},
    ),
    text: () => readFile(file, 'utf8').catch(() => ''),
    [Symbol.dispose]: folder[Symbol.dispose],
  }
}

describe('the certificates of a CA', () => {
  it('are listed with whose they are, until when, and what has become of them', async ({ expect }) => {
    using pki = await makePki()
    await pki.revoke('01a2')
    expect(await listCertificates(pki.dir, now)).toEqual([
      {
        serial: pki.server,
        state: 'valid',
        until: '2030-01-21T12:00:00.000Z',
        names: ['localhost', '127.0.0.1', '::1', 'node7'],
      },
      { serial: '01A0', state: 'expired', until: past.toISOString(), names: ['alice'] },
      { serial: '01A1', state: 'valid', until: soon.toISOString(), names: ['alice'] },
      { serial: '01A2', state: 'revoked', until: soon.toISOString(), names: ['alice'] },
      { serial: '01B1', state: 'valid', until: soon.toISOString(), names: ['bob'] },
    ])
  })

  it('are none before the first is issued', async ({ expect }) => {
    using folder = makeFolder()
    const dir = join(folder.path, 'pki')
    await createAuthority({ dir, days: 100, hostname: 'node7', now })
    expect(await listCertificates(dir, now)).toEqual([])
  })
})

describe('a certificate that is revoked', () => {
  it('is on the list gate 1 reads when the command returns, with who did it and when', async ({ expect }) => {
    using pki = await makePki()
    expect(await pki.revoke('01A1')).toEqual([{ serial: '01A1', login: 'alice', isNew: true }])
    expect(pki.list()).toEqual(new Set(['1A1']))
    expect(JSON.parse(await pki.text())).toEqual({ time: now.toISOString(), serial: '01A1', login: 'alice', by: 2002 })
    const { mode } = await stat(pki.file)
    expect(mode & 0o777 & ~0o044).toBe(0o600)
  })

  it.for(['01A1', '1a1', '01:a1', '00:01:A1'])('may be named %s', async (serial, { expect }) => {
    using pki = await makePki()
    expect(await pki.revoke(serial)).toMatchObject([{ serial: '01A1', isNew: true }])
    expect(pki.list()).toEqual(new Set(['1A1']))
  })

  it('stays so when it is revoked again, and is on the list once', async ({ expect }) => {
    using pki = await makePki()
    await pki.revoke('01A1')
    const text = await pki.text()
    expect(await pki.revoke('01A1')).toEqual([{ serial: '01A1', login: 'alice', isNew: false }])
    expect(await pki.revokeUnknown('1a1')).toMatchObject([{ isNew: false }])
    expect(await pki.text()).toBe(text)
  })

  it('may have expired', async ({ expect }) => {
    using pki = await makePki()
    expect(await pki.revoke('01A0')).toMatchObject([{ isNew: true }])
    expect(await pki.states()).toMatchObject({ '01A0': 'revoked' })
  })

  it('is each of a login that is valid, and no other', async ({ expect }) => {
    using pki = await makePki()
    expect(await pki.revokeOf('alice')).toMatchObject([{ serial: '01A1' }, { serial: '01A2' }])
    expect(await pki.states()).toMatchObject({
      '01A0': 'expired',
      '01A1': 'revoked',
      '01A2': 'revoked',
      '01B1': 'valid',
    })
    expect(await pki.revokeOf('alice')).toEqual([])
  })

  it('may be of another CA, when that is said', async ({ expect }) => {
    using pki = await makePki()
    expect(await pki.revokeUnknown('0C', 'de:ad')).toMatchObject([{ serial: 'C' }, { serial: 'DEAD' }])
    expect(pki.list()).toEqual(new Set(['C', 'DEAD']))
  })

  it('may be of another CA where there is none of our own', async ({ expect }) => {
    using folder = makeFolder()
    const dir = join(folder.path, 'made', 'pki')
    await revokeCertificates({ dir, which: { serials: ['0c'], unknown: true }, by: 0, now })
    expect(
      openRevocations(
        () => join(dir, 'revoked.jsonl'),
        () => {},
      )(),
    ).toEqual(new Set(['C']))
  })

  it('is written behind a last line that an editor left without an end', async ({ expect }) => {
    using pki = await makePki()
    await writeFile(pki.file, '{"serial":"0C"}', { mode: 0o644 })
    await pki.revoke('01A1')
    expect(pki.list()).toEqual(new Set(['C', '1A1']))
  })

  it('is not lost when many are revoked at the same moment', async ({ expect }) => {
    using pki = await makePki()
    const serials = Array.from({ length: 50 }, (_, index) => (index + 1).toString(16).toUpperCase())
    await Promise.all(serials.map((serial) => pki.revokeUnknown(serial)))
    expect(pki.list()).toEqual(new Set(serials))
  })
})

describe("another host's list", () => {
  const there = '{"time":"then","serial":"0D","login":"alice","by":7}\n{"serial":"01:a1"}\n'

  it('is added, with what its lines say, and what is here is kept', async ({ expect }) => {
    using pki = await makePki()
    await pki.revoke('01B1')
    const before = await pki.text()
    expect(await pki.revokeFrom(there)).toEqual([
      { serial: 'D', isNew: true },
      { serial: '1A1', isNew: true },
    ])
    expect(await pki.text()).toBe(before + there)
    expect(pki.list()).toEqual(new Set(['1B1', 'D', '1A1']))
  })

  it('is added once, however often it comes, with a line twice or with what is here', async ({ expect }) => {
    using pki = await makePki()
    await pki.revoke('01A1')
    expect(await pki.revokeFrom(`${there}\n${there}`)).toMatchObject([{ isNew: true }, { isNew: false }])
    const text = await pki.text()
    expect(await pki.revokeFrom(text)).toMatchObject([{ isNew: false }, { isNew: false }])
    expect(await pki.text()).toBe(text)
    expect(await pki.revokeFrom('')).toEqual([])
  })

  it('is added where there is no CA', async ({ expect }) => {
    using folder = makeFolder()
    const dir = join(folder.path, 'pki')
    await revokeCertificates({ dir, which: { list: there, from: 'other.jsonl' }, by: 0, now })
    expect(await readFile(join(dir, 'revoked.jsonl'), 'utf8')).toBe(there)
  })

  it('that is broken adds nothing, and its line is named', async ({ expect }) => {
    using pki = await makePki()
    await expect(pki.revokeFrom(`${there}{"ser`)).rejects.toMatchObject({
      message: 'other.jsonl: line 3 names no serial',
    })
    expect(await pki.text()).toBe('')
  })
})

describe('nothing is revoked, and it is said why,', () => {
  it.for([
    { name: 'a serial this CA never issued', serials: ['01A1', 'dead'], why: /dead: .*issued no certificate/ },
    { name: 'what is no serial', serials: ['01A1', 'alice'], why: /alice: no serial/ },
  ])('when one of those asked for is $name', async ({ serials, why }, { expect }) => {
    using pki = await makePki()
    await expect(pki.revoke(...serials)).rejects.toMatchObject({ status: 125, message: expect.stringMatching(why) })
    expect(await pki.text()).toBe('')
  })

  it("when it is the engine's own, whose clients look at no list", async ({ expect }) => {
    using pki = await makePki()
    await expect(pki.revoke(pki.server)).rejects.toMatchObject({ code: 'certificate' })
    expect(await pki.text()).toBe('')
  })

  it('when the login never had one', async ({ expect }) => {
    using pki = await makePki()
    await expect(pki.revokeOf('alcie')).rejects.toMatchObject({ message: expect.stringContaining('alcie') })
  })

  it('when the list is broken, so that it does not look as if all were well', async ({ expect }) => {
    using pki = await makePki()
    await writeFile(pki.file, '{"serial":"0C"}\n{"ser', { mode: 0o644 })
    await expect(pki.revoke('01A1')).rejects.toMatchObject({ message: expect.stringContaining('line 2') })
    await expect(listCertificates(pki.dir, now)).rejects.toMatchObject({ message: expect.stringContaining('line 2') })
  })

  it.for(['{"ser', '{"serial":"01"}', '{"kind":"client","serial":"01","notAfter":"never","login":"alice"}', 'null'])(
    'when the record of issued ones has the line %j; --unknown does without it',
    async (line, { expect }) => {
      using pki = await makePki()
      await writeFile(join(pki.dir, 'issued.jsonl'), `\n${line}\n`)
      const failure = { message: expect.stringContaining('line 2'), hint: expect.stringContaining('--unknown') }
      await expect(pki.revokeOf('alice')).rejects.toMatchObject(failure)
      await expect(pki.revoke('01A1')).rejects.toMatchObject(failure)
      expect(await pki.revokeUnknown('01A1')).toMatchObject([{ isNew: true }])
    },
  )

  it('when the list is a link', async ({ expect }) => {
    using pki = await makePki()
    await writeFile(join(pki.dir, 'elsewhere'), '')
    await symlink('elsewhere', pki.file)
    await expect(pki.revoke('01A1')).rejects.toThrow('ELOOP')
    expect(await readFile(join(pki.dir, 'elsewhere'), 'utf8')).toBe('')
  })

  it('when others could change the folder', async ({ expect }) => {
    using folder = makeFolder()
    const dir = join(folder.path, 'open')
    await mkdir(dir)
    await chmod(dir, 0o777)
    const order = { dir, which: { serials: ['0c'], unknown: true }, by: 0, now }
    await expect(revokeCertificates(order)).rejects.toMatchObject({ message: expect.stringContaining('others can') })
  })
})
