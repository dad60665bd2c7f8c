/** Who a request is from: the CN the engine verified, root on its socket, and nobody else. */
import { describe, it } from 'vitest'
import type { WireRequest } from '../../src/contract/authz.ts'
import { readCaller } from '../../src/plugin/caller.ts'
import { openCertificates } from '../../src/plugin/certificates.ts'
import { emptyPolicy, type Policy } from '../../src/policy/grants.ts'
import { type LeafWishes, makeLeaf } from '../support/leaf.ts'
import { alice } from '../support/requests.ts'

const root = { ...alice, login: 'root', uid: 0, gid: 0, groups: [] }
const nss = new Map([
  ['alice', alice],
  ['root', root],
  ['user@example.org', { ...alice, login: 'user@example.org' }],
  ['DOM\\user', { ...alice, login: 'DOM\\user' }],
  ['ALICE', alice],
  ['0', root],
  ['2001', alice],
  ['-i', alice],
  ['nobody', { ...alice, login: 'nobody', uid: 65_534, gid: 65_534, groups: [] }],
])
const call = { RequestMethod: 'GET', RequestUri: '/info' }
const { readCertificate } = openCertificates(
  () => '/nosuch/revoked.jsonl',
  () => {},
)
/** What the engine shows is the certificate of whoever it names as the user. */
const find = async (wire: WireRequest, change: Partial<Policy> = {}) => {
  const RequestPeerCertificates = [await makeLeaf({ commonNames: [wire.User ?? ''] })]
  const lookUp = async (login: string) => nss.get(login)
  return await readCaller(
    { RequestPeerCertificates, ...wire },
    {
      policy: { ...emptyPolicy, ...change },
      lookUp,
      groupIds: async () => new Map([['beam', 3000]]),
      readCertificate,
      now: () => Date.UTC(2030),
      ownAgent: 'own',
    },
  )
}

describe('a certificate that dockerd has let in', () => {
  const alices = { ...call, User: 'alice', UserAuthNMethod: 'TLS' }
  it.for<{ name: string; wishes: LeafWishes | undefined; why: string }>([
    { name: 'is not shown', wishes: undefined, why: 'did not show' },
    { name: 'is of another name', wishes: { commonNames: ['bob'] }, why: 'is not the one of alice' },
    { name: 'has two names', wishes: { commonNames: ['bob', 'alice'] }, why: 'is not the one of alice' },
    { name: 'has expired since the handshake', wishes: { notAfter: new Date('2029-12-31') }, why: 'expired on' },
    { name: 'is not valid yet', wishes: { notBefore: new Date('2030-01-02') }, why: 'not valid before' },
  ])('and $name names nobody, an administrator neither', async ({ wishes, why }, { expect }) => {
    const RequestPeerCertificates = wishes === undefined ? [] : [await makeLeaf(wishes)]
    for (const users of [[], ['alice']])
      expect(await find({ ...alices, RequestPeerCertificates }, { administrators: { users, groups: [] } })).toEqual({
        kind: 'refused',
        why: expect.stringContaining(why),
      })
  })
})

describe('the caller', () => {
  it.for<{ name: string; wire: WireRequest; kind: string }>([
    { name: 'root on the socket', wire: call, kind: 'administrator' },
    { name: 'a user by certificate', wire: { ...call, User: 'alice', UserAuthNMethod: 'TLS' }, kind: 'user' },
    {
      name: 'a login with an at sign',
      wire: { ...call, User: 'user@example.org', UserAuthNMethod: 'TLS' },
      kind: 'user',
    },
    { name: 'a login with a backslash', wire: { ...call, User: 'DOM\\user', UserAuthNMethod: 'TLS' }, kind: 'user' },
    { name: 'root by certificate', wire: { ...call, User: 'root', UserAuthNMethod: 'TLS' }, kind: 'administrator' },
    { name: 'M34: a certificate with an empty CN', wire: { ...call, UserAuthNMethod: 'TLS' }, kind: 'refused' },
    {
      name: 'a name that NSS does not know',
      wire: { ...call, User: 'mallory', UserAuthNMethod: 'TLS' },
      kind: 'refused',
    },
    {
      name: 'digits, which getent takes for a uid',
      wire: { ...call, User: '0', UserAuthNMethod: 'TLS' },
      kind: 'refused',
    },
    { name: "a user's uid in digits", wire: { ...call, User: '2001', UserAuthNMethod: 'TLS' }, kind: 'refused' },
    {
      name: 'a leading dash, which getent takes for an option',
      wire: { ...call, User: '-i', UserAuthNMethod: 'TLS' },
      kind: 'refused',
    },
    { name: 'a control character', wire: { ...call, User: 'alice\n', UserAuthNMethod: 'TLS' }, kind: 'refused' },
    { name: 'a name without a method', wire: { ...call, User: 'alice' }, kind: 'refused' },
    { name: 'another method', wire: { ...call, User: 'alice', UserAuthNMethod: 'Basic' }, kind: 'refused' },
    { name: 'T16: an empty message after a retry', wire: {}, kind: 'refused' },
    { name: 'T16: a method without a target', wire: { RequestMethod: 'GET' }, kind: 'refused' },
  ])('$name: $kind', async ({ wire, kind }, { expect }) => {
    expect(await find(wire)).toMatchObject({ kind })
  })

  it("is the gate itself where it asks the engine, by a name that only it knows; a user's header makes nobody an administrator", async ({
    expect,
  }) => {
    const RequestHeaders = { 'User-Agent': 'own' }
    expect(await find({ ...call, RequestHeaders })).toMatchObject({ kind: 'administrator', name: 'dockerrun-authz' })
    expect(await find({ ...call, RequestHeaders, User: 'alice', UserAuthNMethod: 'TLS' })).toMatchObject({
      kind: 'user',
    })
  })

  it.for([
    { name: 'by name', administrators: { users: ['alice'], groups: [] }, kind: 'administrator' },
    { name: 'by group', administrators: { users: [], groups: ['beam'] }, kind: 'administrator' },
    { name: "by another's name", administrators: { users: ['bob'], groups: [] }, kind: 'user' },
    { name: 'by a group that NSS does not know', administrators: { users: [], groups: ['nosuch'] }, kind: 'user' },
  ])('is an administrator where policy says so, $name: $kind', async ({ administrators, kind }, { expect }) => {
    expect(await find({ ...call, User: 'alice', UserAuthNMethod: 'TLS' }, { administrators })).toMatchObject({ kind })
  })

  it('is nobody in particular on a socket that policy opens to all, and the gate itself in what it asks', async ({
    expect,
  }) => {
    const RequestHeaders = { 'User-Agent': 'own' }
    const policy = { socket: 'anonymous' } as const
    expect(await find(call, policy)).toMatchObject({ kind: 'anonymous', account: { login: 'nobody' } })
    expect(await find({ ...call, RequestHeaders }, policy)).toMatchObject({ kind: 'administrator' })
    expect(await find({ ...call, RequestMethod: 'PUT', RequestHeaders }, policy)).toMatchObject({ kind: 'anonymous' })
  })
})
