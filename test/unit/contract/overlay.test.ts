import { describe, expect, it } from 'vitest'
import type { Account } from '../../../src/contract/identity.ts'
import { mergeOverlay } from '../../../src/contract/overlay.ts'

const alice: Account = {
  login: 'alice',
  uid: 1001,
  gid: 100,
  groups: [
    { gid: 100, name: 'users' },
    { gid: 20, name: 'proj' },
  ],
  gecos: 'Alice',
  home: '/home/alice',
  shell: '/bin/bash',
}

describe('passwd', () => {
  it.for([
    {
      name: 'has the own line alone where the image has no file',
      image: undefined,
      expected: 'alice:*:1001:100:Alice:/home/alice:/bin/sh\n',
    },
    {
      name: 'keeps other lines of the image after it',
      image: 'root:x:0:0:root:/root:/bin/sh\n',
      expected: /^alice:.*\nroot:x:0:0:root:\/root:\/bin\/sh\n$/,
    },
    {
      name: "gives way where the image has the user's uid",
      image: 'app:x:1001:5::/:/bin/sh\n',
      expected: /^alice:[^\n]*\n$/,
    },
    {
      name: "gives way where the image has the user's name",
      image: 'alice:x:0:0::/:/bin/sh\n',
      expected: /^alice:\*:1001:[^\n]*\n$/,
    },
    {
      name: 'drops a uid that musl wraps onto the own one',
      image: 'app:x:4294968297:5::/:/bin/sh\n',
      expected: /^alice:[^\n]*\n$/,
    },
    {
      name: 'drops lines that C libraries read differently',
      image: '+::::::\nbad\n:x:7:7:::\nx:y:08x:1:::\n',
      expected: /^alice:[^\n]*\n$/,
    },
  ])('$name', ({ image, expected }) => {
    const { passwd } = mergeOverlay(alice, image, undefined, false)
    if (typeof expected === 'string') expect(passwd).toBe(expected)
    else expect(passwd).toMatch(expected)
  })

  it('names the own shell only where the image has it', () => {
    expect(mergeOverlay(alice, '', '', true).passwd).toContain(':/bin/bash\n')
    expect(mergeOverlay(alice, '', '', false).passwd).toContain(':/bin/sh\n')
  })

  it.for([
    { name: 'a colon', gecos: 'A:0:0', expected: 'A 0 0' },
    { name: 'a newline', gecos: 'A\nroot2:x:0:0:::', expected: 'A root2 x 0 0   ' },
    { name: 'UTF-8', gecos: 'Ärzte Ω', expected: 'Ärzte Ω' },
  ])('takes a gecos with $name as one harmless field', ({ gecos, expected }) => {
    expect(mergeOverlay({ ...alice, gecos }, '', '', false).passwd).toBe(
      `alice:*:1001:100:${expected}:/home/alice:/bin/sh\n`,
    )
  })

  it.for(['user@example.org', 'DOM\\user'])('takes the login %s as it is', (login) => {
    expect(mergeOverlay({ ...alice, login }, '', '', false).passwd.split(':')[0]).toBe(login)
  })
})

describe('group', () => {
  it('has the primary group first, the login as member of the others', () => {
    expect(mergeOverlay(alice, '', undefined, false).group).toBe('users:x:100:\nproj:x:20:alice\n')
  })

  it.for([
    { name: 'a gid held', line: 'video:x:20:' },
    { name: 'a name held, for another gid', line: 'proj:x:999:' },
  ])('lets lines of the image with $name give way', ({ line }) => {
    expect(mergeOverlay(alice, '', `${line}\ndisk:x:6:\n`, false).group).toBe(
      'users:x:100:\nproj:x:20:alice\ndisk:x:6:\n',
    )
  })

  it('takes the login out of member lists of groups nobody holds', () => {
    expect(mergeOverlay(alice, '', 'docker:x:998:bob,alice\n', false).group).toContain('docker:x:998:bob\n')
  })

  it('makes up a name where NSS has none, and none that is taken', () => {
    const groups = [
      { gid: 7, name: undefined },
      { gid: 8, name: 'g7' },
      { gid: 9, name: 'bad:name' },
    ]
    const { group } = mergeOverlay({ ...alice, groups }, '', 'g9:x:70:\n', false)
    expect(group).toBe('g100:x:100:\ng7_:x:7:alice\ng7:x:8:alice\ng9_:x:9:alice\ng9:x:70:\n')
  })

  it('gives each gid one line where two have the same name', () => {
    const groups = [
      { gid: 7, name: 'same' },
      { gid: 8, name: 'same' },
    ]
    expect(mergeOverlay({ ...alice, groups }, '', '', false).group).toBe('g100:x:100:\nsame:x:7:alice\ng8:x:8:alice\n')
  })

  it('holds a thousand groups', () => {
    const groups = Array.from({ length: 1000 }, (_, index) => ({ gid: 5000 + index, name: `grp${index}` }))
    expect(mergeOverlay({ ...alice, groups }, '', '', false).group.split('\n')).toHaveLength(1002)
  })
})
