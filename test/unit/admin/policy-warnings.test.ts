import { describe, it } from 'vitest'
import { findWarnings, type Host } from '../../../src/admin/policy-warnings.ts'
import { parsePolicy } from '../../../src/policy/policy-file.ts'
import { alice } from '../../support/requests.ts'

/** A host with alice, whom NSS calls by her name in capitals too, the group beam under two names, and /home. */
const host: Host = {
  readAccount: async (login) => {
    if (login === 'slow') throw new Error('no answer')
    return login.toLowerCase() === 'alice' ? alice : undefined
  },
  readGroupId: async (name) => {
    if (name === 'slow') throw new Error('no answer')
    return new Map([
      ['beam', 3000],
      ['beam@dom.ain', 3000],
      ['wheel', 10],
    ]).get(name)
  },
  isFolder: (path) => path === '/home',
}

const warn = async (text: string) => {
  const policy = parsePolicy(text)
  if ('why' in policy) throw new Error(policy.why)
  return await findWarnings(policy, host)
}

describe('a good policy', () => {
  it.for([
    { name: 'that is empty', text: '' },
    {
      name: 'whose names are all known',
      text: `
socket: anonymous
administrators: {groups: [wheel]}
everyone: {binds: [/home], repositories: ['reg.example.org/{login}/*'], ports: 1024-2000, profiles: [p]}
anonymous: {lists: own}
groups: {beam: {lists: own}}
users: {alice: {repositories: [reg.example.org/hers/*]}}
profiles: {p: {image: docker.io/library/busybox}}
`,
    },
  ])('$name raises no warning', async ({ text }, { expect }) => {
    expect(await warn(text)).toEqual([])
  })

  it.for([
    { text: 'users: {carol: {lists: own}}', warning: 'users.carol: NSS knows no account carol' },
    { text: 'users: {ALICE: {lists: own}}', warning: 'users.ALICE: never speaks: NSS calls this account alice' },
    { text: 'users: {slow: {lists: own}}', warning: 'users.slow: NSS gave no answer about slow' },
    { text: 'administrators: {users: [carol]}', warning: 'administrators.users: NSS knows no account carol' },
    { text: 'administrators: {groups: [nope]}', warning: 'administrators.groups: NSS knows no group nope' },
    { text: 'groups: {domain users: {lists: own}}', warning: 'groups.domain users: NSS knows no group domain users' },
    { text: 'groups: {slow: {lists: own}}', warning: 'groups.slow: NSS gave no answer about slow' },
    {
      text: 'groups: {beam: {lists: own}, beam@dom.ain: {lists: all}}',
      warning: 'groups.beam@dom.ain: is the group of groups.beam too, which speaks first',
    },
    {
      text: 'administrators: {groups: [beam]}\ngroups: {beam: {lists: own}}',
      warning: 'groups.beam: never speaks: administrators are not restricted',
    },
    {
      text: 'administrators: {users: [alice]}\nusers: {alice: {lists: own}}',
      warning: 'users.alice: never speaks: an administrator is not restricted',
    },
    { text: 'users: {alice: {}}', warning: 'users.alice: never speaks: it is empty' },
    { text: 'groups: {beam: }', warning: 'groups.beam: never speaks: it is empty' },
    { text: 'anonymous: {lists: own}', warning: 'anonymous: never speaks: socket is admin, so no caller is anonymous' },
    { text: 'everyone: {binds: [/home, /scratch]}', warning: 'everyone.binds: there is no folder /scratch' },
    {
      text: 'groups: {beam: {repositories: [reg.example.org/*]}}',
      warning: 'groups.beam.repositories: reg.example.org/* has no {login}: each may replace images that others run',
    },
    {
      text: 'everyone: {ports: 80}',
      warning: "everyone.ports: below 1024 a user's container can pass for a service of this host",
    },
    {
      text: 'profiles: {p: {image: localhost/alice/x}}\neveryone: {profiles: [p]}',
      warning: 'profiles: localhost/alice/x: whose names below localhost/ these are can change what it is',
    },
  ])('$warning', async ({ text, warning }, { expect }) => {
    expect(await warn(text)).toEqual([warning])
  })
})
