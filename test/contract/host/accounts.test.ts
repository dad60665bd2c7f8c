import { describe, it } from 'vitest'
import { readGroupId } from '../../../src/host/accounts.ts'

describe('the gid of a group', () => {
  it.for([
    { name: 'root', gid: 0 },
    { name: 'no such group here', gid: undefined },
    { name: '--help', gid: undefined },
    // getent would take these for gids.
    { name: '0', gid: undefined },
    { name: '', gid: undefined },
  ])('"$name" is $gid', async ({ name, gid }, { expect }) => {
    expect(await readGroupId(name)).toBe(gid)
  })
})
