import { describe, it } from 'vitest'
import { defaultGrants } from '../../../src/policy/grants.ts'
import { createBody, ids, record } from '../../support/requests.ts'
import { gate } from '../../support/world.ts'

const most = 4096
const holdMany = (records: ReturnType<typeof gate>['records'], owner: number) => {
  for (let index = 0; index < most; index += 1) records.reserve('container', `name${index}`, owner, 0)
}

describe('names that are held', () => {
  it('are no more than 4096 of one user: the next request is denied with a sentence, and recorded', async ({
    expect,
  }) => {
    const { ask, audit, records, clock } = gate([])
    holdMany(records, 2001)
    expect(await ask('POST /containers/create?name=next', createBody())).toEqual({
      Allow: false,
      Msg: expect.stringContaining('4096 names at a time'),
    })
    expect(audit).toMatchObject([{ operation: 'ContainerCreate', verdict: 'deny' }])
    expect(records.isHeld('container', 'next', 2002, 0)).toBe(false)
    clock.time = 15 * 60_000 + 1
    expect(await ask('POST /containers/create?name=next', createBody())).toEqual({ Allow: true })
  })

  it("are counted by user: another's and root's do not run out", async ({ expect }) => {
    const { ask, records } = gate([])
    holdMany(records, 2002)
    expect(await ask('POST /containers/create?name=next', createBody())).toEqual({ Allow: true })
    holdMany(records, 0)
    records.reserve('container', 'one-more', 0, 0)
    expect(records.isHeld('container', 'one-more', 2001, 0)).toBe(true)
  })

  it('do not run out when they become records, or end after a minute', ({ expect }) => {
    const { records } = gate([])
    for (let index = 0; index < 2 * most; index += 1) {
      records.reserve('container', 'same', 2001, index)
      records.put(record({ name: 'same' }))
      records.drop('container', ids.hers, index)
    }
    for (let index = 0; index < 2 * most; index += 1) {
      records.reserve('container', `name${index}`, 2001, index * 60)
      records.release('container', `name${index}`, 2001, index * 60)
    }
    expect(records.isHeld('container', 'name1', 2002, 2 * most * 60)).toBe(false)
  })

  it('end last when they are renewed, and go when their time is over, the shorter before the longer', ({ expect }) => {
    const { records } = gate([])
    const isHeld = (name: string, now: number) => records.isHeld('volume', name, 2002, now)
    records.reserve('volume', 'renewed', 2001, 0)
    records.reserve('volume', 'asked', 2001, 1)
    records.reserve('volume', 'freed', 2001, 2)
    records.release('volume', 'freed', 2001, 2)
    records.reserve('volume', 'renewed', 2001, 100_000)
    records.reserve('volume', 'other', 2001, 900_002)
    expect(['renewed', 'asked', 'freed'].filter((name) => isHeld(name, 60_000))).toEqual(['renewed'])
    expect(isHeld('renewed', 1_000_000)).toBe(true)
    expect(isHeld('renewed', 1_000_001)).toBe(false)
  })
})

describe('records', () => {
  const volume = (id: string, owner: number, isAsked: boolean) =>
    ({ kind: 'volume', id, name: id, owner, login: '', since: 0, ...(isAsked ? { isAsked } : {}) }) as const

  it('are counted by owner, as they come, change and go', ({ expect }) => {
    const { records } = gate([record(), record({ id: ids.bobs, name: 'bobs', owner: 2002 })])
    expect(records.count(2001)).toEqual({ containers: 1, networks: 0, volumes: 0 })
    records.put(record({ phase: 'started' }))
    records.put(record({ id: ids.exec, name: '' }))
    expect(records.count(2001)).toMatchObject({ containers: 2 })
    records.put(record({ id: ids.exec, name: '', owner: 0 }))
    records.drop('container', ids.hers, 0)
    records.drop('container', ids.hers, 0)
    expect([2001, 2002, 0].map((owner) => records.count(owner).containers)).toEqual([0, 1, 1])
  })

  it('of volumes without a name count where they were asked for by themselves', async ({ expect }) => {
    const limits = { ...defaultGrants.limits, volumes: 3 }
    const { ask, tell, records, volumes } = gate([], { grantsOf: async () => ({ ...defaultGrants, limits }) })
    records.putHolding(volume('a'.repeat(64), 2001, false))
    records.putHolding(volume('data', 2001, false))
    volumes.set('data', 'plain')
    expect(records.count(2001)).toMatchObject({ volumes: 1 })
    for (const made of ['b'.repeat(64), 'c'.repeat(64)]) {
      expect(await ask('POST /volumes/create', { Name: '' })).toEqual({ Allow: true })
      await tell('POST /volumes/create', { Name: '' }, 201, { Name: made })
      volumes.set(made, 'plain')
    }
    expect(await ask('POST /volumes/create', { Name: '' })).toMatchObject({
      Allow: false,
      Msg: expect.stringContaining('volumes'),
    })
  })

  it('are found by id, by twelve digits of it and by name, the new one after a rename', ({ expect }) => {
    const { records } = gate([record(), record({ id: ids.bobs, name: 'bobs', owner: 2002 })])
    records.rename(record(), 'new', 0)
    const found = ['hers', 'new', ids.hers, ids.hers.slice(0, 12), ids.hers.slice(0, 11), 'bobs', ''].map((each) =>
      records.find('container', each),
    )
    expect(found).toEqual([undefined, ids.hers, ids.hers, ids.hers, undefined, ids.bobs, undefined])
    records.drop('container', ids.hers, 0)
    expect(records.find('container', 'new')).toBeUndefined()
    expect(records.find('container', ids.hers.slice(0, 12))).toBeUndefined()
  })

  it("of another's under a name are found, though there is an own one", ({ expect }) => {
    const { records } = gate([record({ name: 'web' }), record({ id: ids.bobs, name: 'web', owner: 2002 })])
    expect(records.holder('container', 'web', 2001)).toEqual({ id: ids.bobs })
    expect(records.holder('container', 'web', 2002)).toEqual({ id: ids.hers })
    records.drop('container', ids.bobs, 0)
    expect(records.holder('container', 'web', 2001)).toBeUndefined()
  })
})
