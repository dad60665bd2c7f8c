import { describe, it } from 'vitest'
import type { Account } from '../../../src/contract/identity.ts'
import { rememberAccounts } from '../../../src/plugin/accounts.ts'
import { alice } from '../../support/requests.ts'

/** A name service that counts, and a clock that is set by hand. */
function world(answer: (login: string) => Promise<Account | undefined>) {
  const clock = { time: 0 }
  const asked: string[] = []
  const find = rememberAccounts(
    async (login) => {
      asked.push(login)
      return await answer(login)
    },
    () => clock.time,
  )
  return { clock, asked, find }
}

describe('accounts are remembered', () => {
  it('with one look-up in flight per name', async ({ expect }) => {
    const { asked, find } = world(async () => alice)
    const found = await Promise.all(Array.from({ length: 100 }, () => find('alice')))
    expect(found.every((account) => account === alice)).toBe(true)
    expect(asked).toEqual(['alice'])
  })

  it('for thirty seconds, and then asked for again', async ({ expect }) => {
    const { clock, asked, find } = world(async () => alice)
    for (const time of [0, 29_000, 31_000]) {
      clock.time = time
      await find('alice')
    }
    expect(asked).toEqual(['alice', 'alice'])
  })

  it('for five seconds when there is none', async ({ expect }) => {
    const { clock, asked, find } = world(async () => undefined)
    for (const time of [0, 4_000, 6_000]) {
      clock.time = time
      await find('mallory')
    }
    expect(asked).toEqual(['mallory', 'mallory'])
  })

  it('never after a failure: the next request asks again', async ({ expect }) => {
    const answers = [Promise.reject(new Error('down')), Promise.resolve(alice)]
    const { find } = world(async () => await answers.shift())
    await expect(find('alice')).rejects.toThrow('down')
    expect(await find('alice')).toBe(alice)
  })

  it('for ten thousand names at most', async ({ expect }) => {
    const { asked, find } = world(async () => undefined)
    for (let name = 0; name <= 10_000; name += 1) await find(`u${name}`)
    await find('u0')
    await find('u10000')
    expect(asked.filter((login) => login === 'u0')).toHaveLength(2)
    expect(asked.filter((login) => login === 'u10000')).toHaveLength(1)
  })
})
