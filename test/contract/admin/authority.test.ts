import { X509Certificate, createPrivateKey } from 'node:crypto'
import { chmod, mkdir, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { createAuthority, openAuthority, showAuthority } from '../../../src/admin/authority.ts'
import { openPki } from '../../../src/admin/pki.ts'
import { makeFolder } from '../../support/folder.ts'

const now = new Date('2030-01-01T12:00:00.700Z')
const order = (dir: string) => ({ dir, days: 10, hostname: 'node7', now })
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

describe('a new CA', () => {
  it('is a self-signed P-256 CA of this host that can sign nothing but leaves, and its key is for its owner alone', async ({
    expect,
  }) => {
    using folder = makeFolder()
    const dir = join(folder.path, 'etc', 'pki')
    const facts = await createAuthority(order(dir))
    const certificate = new X509Certificate(await readFile(join(dir, 'ca.pem')))
    expect(certificate.subject).toBe('CN=dockerrun CA node7')
    expect(certificate.ca && certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey)).toBe(
      true,
    )
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
    expect(certificate.checkPrivateKey(createPrivateKey(await readFile(join(dir, 'ca-key.pem'))))).toBe(true)
    // keyUsage, critical: keyCertSign and cRLSign; basicConstraints, critical: CA, pathlen 0 (DER, RFC 5280 4.2.1).
    expect(certificate.raw.includes(Buffer.from('0603551d0f0101ff040403020106', 'hex'))).toBe(true)
    expect(certificate.raw.includes(Buffer.from('0603551d130101ff040830060101ff020100', 'hex'))).toBe(true)
    expect(facts.notAfter).toBe('2030-01-11T12:00:00.000Z')
    expect(await modeOf(join(dir, 'ca-key.pem'))).toBe('600')
    expect(await modeOf(join(dir, 'ca.pem'))).toBe('644')
    expect((await readdir(dir)).sort()).toEqual(['ca-key.pem', 'ca.pem'])
    expect(await showAuthority(dir)).toEqual(facts)
  })

  it('has a serial of 17 octets that starts with 01, and another one each time', async ({ expect }) => {
    using folder = makeFolder()
    const serials = await Promise.all(
      ['a', 'b'].map(async (name) => (await createAuthority(order(join(folder.path, name)))).serial),
    )
    for (const serial of serials) expect(serial).toMatch(/^01[0-9A-F]{32}$/)
    expect(new Set(serials).size).toBe(2)
  })

  it('never replaces one that is there, not even half a one', async ({ expect }) => {
    using folder = makeFolder()
    const dir = folder.path
    await writeFile(join(dir, 'ca.pem'), 'kept')
    await expect(createAuthority(order(dir))).rejects.toMatchObject({ code: 'certificate', status: 1 })
    expect(await readFile(join(dir, 'ca.pem'), 'utf8')).toBe('kept')
    expect(await readdir(dir)).toEqual(['ca.pem'])
  })

  it('is made once when two are asked for at the same moment', async ({ expect }) => {
    using folder = makeFolder()
    const dir = join(folder.path, 'pki')
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => createAuthority(order(dir))))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const { authority } = await openAuthority(await openPki(dir))
    expect(authority.certificate.subject).toBe('CN=dockerrun CA node7')
  })
})

describe('the folder of a CA', () => {
  it.for([
    { name: 'is refused when others may write it', mode: 0o777, inside: '' },
    { name: 'is refused when others may write it, sticky or not', mode: 0o1777, inside: '' },
    { name: 'is refused when its group may write it', mode: 0o770, inside: '' },
    { name: 'is refused when others may swap it', mode: 0o777, inside: 'pki' },
  ])('$name', async ({ mode, inside }, { expect }) => {
    using folder = makeFolder()
    const open = join(folder.path, 'open')
    await mkdir(join(open, inside), { recursive: true })
    await chmod(open, mode)
    const dir = join(open, inside)
    await expect(createAuthority(order(dir))).rejects.toMatchObject({
      code: 'settings',
      message: `${open}: others can change what is in it`,
    })
    expect(await readdir(dir)).toEqual([])
  })

  it('is refused behind a link into a folder that others may write', async ({ expect }) => {
    using folder = makeFolder()
    const open = join(folder.path, 'open')
    await mkdir(open)
    await chmod(open, 0o777)
    await symlink(open, join(folder.path, 'pki'))
    await expect(createAuthority(order(join(folder.path, 'pki')))).rejects.toMatchObject({ code: 'settings' })
  })

  it('without a CA says how to make one', async ({ expect }) => {
    using folder = makeFolder()
    await expect(showAuthority(folder.path)).rejects.toMatchObject({
      code: 'certificate',
      status: 125,
      hint: 'make one: dockerrunctl ca init',
    })
    await expect(showAuthority(join(folder.path, 'nowhere'))).rejects.toMatchObject({ code: 'certificate' })
  })

  it('without the key says that another host signs', async ({ expect }) => {
    using folder = makeFolder()
    await createAuthority(order(folder.path))
    await rm(join(folder.path, 'ca-key.pem'))
    await expect(openAuthority(await openPki(folder.path))).rejects.toMatchObject({
      message: expect.stringContaining('the key of this CA is on another host'),
      hint: expect.stringContaining('dockerrunctl cert sign'),
    })
  })

  it("with another CA's key signs nothing", async ({ expect }) => {
    using folder = makeFolder()
    const [one, other] = [join(folder.path, 'one'), join(folder.path, 'other')]
    await createAuthority(order(one))
    await createAuthority(order(other))
    await writeFile(join(one, 'ca-key.pem'), await readFile(join(other, 'ca-key.pem')))
    await expect(openAuthority(await openPki(one))).rejects.toMatchObject({ code: 'certificate' })
  })
})
