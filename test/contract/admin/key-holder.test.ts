import { X509Certificate, createPrivateKey } from 'node:crypto'
import { mkdir, readFile, readdir, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, it } from 'vitest'
import { askHolder } from '../../../src/admin/ask-holder.ts'
import { createAuthority } from '../../../src/admin/authority.ts'
import { writeMessage } from '../../../src/admin/dialogue.ts'
import { issueClient, type ClientOrder } from '../../../src/admin/issue-client.ts'
import type { Issue } from '../../../src/admin/pki.ts'
import { holdKey } from '../../../src/admin/key-holder.ts'
import { makeFolder } from '../../support/folder.ts'

const cli = join(import.meta.dirname, '../../../src/cli/dockerrunctl.ts')
const program = [process.execPath, cli, 'cert', 'hold']
/** Whoever runs the tests: no change of account is needed, all else is as it is for others. */
const uid = process.getuid?.() ?? 0
const gid = process.getgid?.() ?? 0
const holder = { login: 'DOM\\user', uid, gid, groups: [{ gid, name: undefined }], gecos: '', home: '', shell: '' }
const now = new Date('2030-01-01T12:00:00Z')

async function issue(root: string, folder: string, change: Partial<ClientOrder> = {}) {
  const dir = join(root, 'pki')
  await createAuthority({ dir, days: 100, hostname: 'node7', now }).catch(() => undefined)
  const order = { dir, holder, folder, giveFolder: false, days: 30, by: 1001, now, program }
  return issueClient({ ...order, announce: async () => {}, ...change })
}

describe('an issue', () => {
  it('leaves key, certificate and CA with their owner, and is on record', async ({ expect }) => {
    using root = makeFolder()
    const folder = join(root.path, 'home', '.docker')
    const { serial, notAfter } = await issue(root.path, folder)
    const certificate = new X509Certificate(await readFile(join(folder, 'cert.pem')))
    const authority = new X509Certificate(await readFile(join(folder, 'ca.pem')))
    expect(certificate.checkIssued(authority) && certificate.verify(authority.publicKey)).toBe(true)
    expect(certificate.checkPrivateKey(createPrivateKey(await readFile(join(folder, 'key.pem'))))).toBe(true)
    expect((await readdir(folder)).sort()).toEqual(['ca.pem', 'cert.pem', 'key.pem'])
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(join(folder, 'key.pem'))).mode & 0o777).toBe(0o600)
    expect(notAfter).toEqual(new Date('2030-01-31T12:00:00Z'))
    expect(JSON.parse(await readFile(join(root.path, 'pki', 'issued.jsonl'), 'utf8'))).toEqual({
      time: '2030-01-01T12:00:00.000Z',
      kind: 'client',
      serial,
      login: 'DOM\\user',
      uid,
      notAfter: '2030-01-31T12:00:00.000Z',
      by: 1001,
    })
    expect(serial).toBe(certificate.serialNumber)
  })

  it('replaces links in the folder and leaves what they point to alone', async ({ expect }) => {
    using root = makeFolder()
    const folder = join(root.path, 'docker')
    const other = join(root.path, 'precious')
    await mkdir(folder)
    await writeFile(other, 'precious')
    for (const name of ['ca.pem', 'cert.pem', 'key.pem']) await symlink(other, join(folder, name))
    await issue(root.path, folder)
    expect(await readFile(other, 'utf8')).toBe('precious')
    await expect(readlink(join(folder, 'key.pem'))).rejects.toMatchObject({ code: 'EINVAL' })
  })

  it('that cannot be recorded is not handed out', async ({ expect }) => {
    using root = makeFolder()
    const folder = join(root.path, 'docker')
    await mkdir(join(root.path, 'pki', 'issued.jsonl'), { recursive: true })
    await expect(issue(root.path, folder)).rejects.toMatchObject({ code: 'EISDIR' })
    expect(await readdir(folder)).toEqual([])
  })

  it('that is not announced is not handed out, and is announced when it is on record', async ({ expect }) => {
    using root = makeFolder()
    const folder = join(root.path, 'docker')
    const record = join(root.path, 'pki', 'issued.jsonl')
    const announce = async ({ serial }: Issue) => {
      expect(JSON.parse(await readFile(record, 'utf8'))).toMatchObject({ serial })
      throw new Error('disk full')
    }
    await expect(issue(root.path, folder, { announce })).rejects.toThrow('disk full')
    expect(await readdir(folder)).toEqual([])
  })

  it('into a folder that is a file says so and leaves nothing', async ({ expect }) => {
    using root = makeFolder()
    const folder = join(root.path, 'docker')
    await writeFile(folder, '')
    await expect(issue(root.path, folder)).rejects.toMatchObject({ code: 'certificate', status: 125 })
    expect((await readdir(root.path)).sort()).toEqual(['docker', 'pki'])
  })
})

describe('a folder that cannot be made', () => {
  /** /proc says ENOENT to all in it, where a recursive mkdir of node's goes round for ever. */
  it.for([
    { name: 'ends it for an account', as: 1001 },
    { name: 'ends it for root', as: 0 },
  ])('$name', async ({ as }, { expect }) => {
    const said: string[] = []
    const task = { login: 'alice', uid: as, gid: as, groups: [as], folder: '/proc/nothing/here' }
    const input = Readable.from([writeMessage(task)])
    await holdKey({ input, send: (line) => said.push(line), become: () => undefined })
    expect(said).toEqual([expect.stringMatching(/^{"trouble":"ENOENT: .*\/proc\/nothing'"}\n$/)])
  })
})

describe('a holder that', () => {
  /** Stands in for a process of the user's that has been taken over. */
  it.for([
    { name: 'ends at once', script: '' },
    { name: 'talks nonsense', script: 'console.log("null\\n[]\\n{"); setInterval(() => {}, 1000)' },
    { name: 'never ends its line', script: 'process.stdout.write("x".repeat(1e6)); setInterval(() => {}, 1000)' },
    {
      name: 'sends no request but claims to be done',
      script: 'console.log(\'{"done":"x"}\'); setInterval(() => {}, 1000)',
    },
    { name: 'sends a request that is none', script: 'console.log(\'{"request":1}\'); setInterval(() => {}, 1000)' },
    { name: 'dies with a stack', script: 'throw new Error("bug")' },
    { name: 'cannot be started', script: undefined },
  ])('$name gets nothing signed, and nobody waits for it', async ({ script }, { expect }) => {
    const line = script === undefined ? ['/nonexistent'] : [process.execPath, '-e', script]
    const task = { login: 'alice', uid, gid, groups: [gid], folder: '/nonexistent' }
    let asked = 0
    const sign = () => Promise.resolve({ certificate: `${asked++}`, authority: '' })
    await expect(askHolder(line, task, sign)).rejects.toMatchObject({ code: 'certificate', status: 125 })
    expect(asked).toBe(0)
  })
})
