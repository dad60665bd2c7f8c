import { describe, it } from 'vitest'
import { readHolder, readSelf } from '../../../src/admin/holder-account.ts'
import type { Lookup } from '../../../src/admin/holder-account.ts'
import type { Account } from '../../../src/contract/identity.ts'

const account = (login: string, uid: number): Account => ({
  login,
  uid,
  gid: uid,
  groups: [],
  gecos: '',
  home: `/home/${login}`,
  shell: '/bin/sh',
})

const known: Readonly<Record<string, Account>> = {
  alice: account('alice', 1001),
  '1001': account('alice', 1001),
  ALICE: account('alice', 1001),
  root: account('root', 0),
  toor: account('toor', 0),
  'user@dom.ain': account('user@dom.ain', 70001),
  'DOM\\user': account('DOM\\user', 70002),
  '70002': account('DOM\\user', 70002),
  '1005': account('alice', 1005),
  '1006': account('1006', 1006),
  daemon: account('daemon', 1),
  '65534': account('nobody', 65534),
  nobody: account('nobody', 65534),
  '600': account('oldhand', 600),
  oldhand: account('oldhand', 600),
  '1010': { ...account('www', 1010), shell: '/usr/sbin/nologin' },
  www: { ...account('www', 1010), shell: '/usr/sbin/nologin' },
  '1011': { ...account('batch', 1011), shell: '/bin/false' },
  batch: { ...account('batch', 1011), shell: '/bin/false' },
}
const lookup: Lookup = (key) => Promise.resolve(known[key])

describe('a certificate by name', () => {
  it.for(['alice', 'user@dom.ain', 'DOM\\user', 'daemon'])('is for %s', async (login, { expect }) => {
    expect((await readHolder(login, { root: false }, lookup)).login).toBe(login)
  })

  it.for([
    { name: 'is refused for what no account has', login: 'nosuch' },
    { name: 'is refused for a number, which NSS would take for a uid', login: '1001' },
    { name: 'is refused for a second spelling of an account', login: 'ALICE' },
    { name: 'is refused for an option', login: '-s' },
    { name: 'is refused for a path', login: '../alice' },
    { name: 'is refused for the empty name', login: '' },
    { name: 'is refused for root', login: 'root' },
    { name: 'is refused for root by another name', login: 'toor' },
  ])('$name', async ({ login }, { expect }) => {
    await expect(readHolder(login, { root: false }, lookup)).rejects.toMatchObject({ code: 'account', status: 125 })
  })

  it('is for root when that is said', async ({ expect }) => {
    expect((await readHolder('root', { root: true }, lookup)).uid).toBe(0)
  })
})

describe('a certificate for oneself', () => {
  it.for([
    { sudoUid: '1001', login: 'alice' },
    { sudoUid: '70002', login: 'DOM\\user' },
  ])('is for $login, whose uid $sudoUid sudo names', async ({ sudoUid, login }, { expect }) => {
    expect((await readSelf(sudoUid, lookup)).login).toBe(login)
  })

  it.for([
    { name: 'is refused without sudo', sudoUid: undefined },
    { name: 'is refused for an empty uid', sudoUid: '' },
    { name: 'is refused for root', sudoUid: '0' },
    { name: "is refused for a service's account", sudoUid: '999' },
    { name: 'is refused for a name in place of a uid', sudoUid: 'alice' },
    { name: 'is refused for a uid in another notation', sudoUid: '01001' },
    { name: 'is refused for a uid in hexadecimal', sudoUid: '0x3e9' },
    { name: 'is refused for a negative uid', sudoUid: '-1001' },
    { name: 'is refused for a uid with more behind it', sudoUid: '1001\n' },
    { name: 'is refused for a uid without account', sudoUid: '1002' },
    { name: "is refused for a uid whose name is another uid's", sudoUid: '1005' },
    { name: 'is refused for a name that is a number', sudoUid: '1006' },
    { name: 'is refused for nobody', sudoUid: '65534' },
    { name: 'is refused for an account that cannot log in', sudoUid: '1010' },
    { name: 'is refused for another that cannot', sudoUid: '1011' },
  ])('$name', async ({ sudoUid }, { expect }) => {
    await expect(readSelf(sudoUid, lookup)).rejects.toMatchObject({ code: 'account', status: 125 })
  })

  it('begins where accounts of people begin on this host, and never with root', async ({ expect }) => {
    await expect(readSelf('600', lookup)).rejects.toMatchObject({ code: 'account' })
    expect((await readSelf('600', lookup, 500)).login).toBe('oldhand')
    await expect(readSelf('1001', lookup, 2000)).rejects.toMatchObject({ code: 'account' })
    await expect(readSelf('0', lookup, 0)).rejects.toMatchObject({ message: expect.stringContaining("root's") })
  })
})
