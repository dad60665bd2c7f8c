import { describe, it } from 'vitest'
import { rememberGroupIds } from '../../../src/plugin/group-ids.ts'
import { emptyPolicy, type Policy } from '../../../src/policy/grants.ts'

const policyOf = (groups: readonly string[]): Policy => ({
  ...emptyPolicy,
  administrators: { ...emptyPolicy.administrators, groups },
})
const down = new Error('getent gave no answer')

describe('the groups that policy names', () => {
  it('have the gid that NSS says, and no members where NSS knows none of the name', async ({ expect }) => {
    const known = new Map([['staff', 50]])
    const groupIds = rememberGroupIds(
      async (name) => known.get(name),
      () => 0,
    )
    expect(await groupIds(policyOf(['staff', 'nosuch']))).toEqual(known)
  })

  it('are not taken for unknown where NSS does not answer: it fails, and is asked anew', async ({ expect }) => {
    let isDown = true
    const read = async (name: string) => {
      if (isDown && name === 'banned') throw down
      return 50
    }
    const groupIds = rememberGroupIds(read, () => 0)
    const policy = policyOf(['staff', 'banned'])
    await expect(groupIds(policy)).rejects.toBe(down)
    isDown = false
    expect(await groupIds(policy)).toEqual(
      new Map([
        ['staff', 50],
        ['banned', 50],
      ]),
    )
  })

  it('are asked for eight at a time, and nothing is left running where one fails', async ({ expect }) => {
    const [asked, open]: [string[], Map<string, (gid: number) => void>] = [[], new Map()]
    const read = async (name: string) => {
      asked.push(name)
      if (name === 'g8') throw down
      return await new Promise<number>((resolve) => open.set(name, resolve))
    }
    const names = Array.from({ length: 20 }, (_, index) => `g${index}`)
    const answer = rememberGroupIds(read, () => 0)(policyOf(names))
    const ended = answer.then(
      () => 'answered',
      () => 'failed',
    )
    const turn = async () => await new Promise<void>((resolve) => setImmediate(resolve))
    await turn()
    expect(asked).toHaveLength(8)
    for (const end of open.values()) end(1)
    await turn()
    expect(asked).toHaveLength(16)
    expect(await Promise.race([ended, turn().then(() => 'waits')])).toBe('waits')
    for (const end of open.values()) end(1)
    expect(await ended).toBe('failed')
    expect(asked).toHaveLength(16)
  })
})
