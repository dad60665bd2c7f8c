import { describe, it } from 'vitest'
import { answerRequest, answerResponse } from '../../../src/plugin/answer.ts'
import type { HoldingRecord } from '../../../src/plugin/records.ts'
import { createBody, ids, record } from '../../support/requests.ts'
import { container, gate } from '../../support/world.ts'

const holding = (kind: 'network' | 'volume', id: string, name: string, owner = 2001): HoldingRecord => ({
  kind,
  id,
  name,
  owner,
  login: 'alice',
  since: 0,
})
const withVolume = (name: string) => ({
  ...createBody(),
  HostConfig: { ...createBody().HostConfig, Binds: [`${name}:/data`] },
})
const create = 'POST /containers/create'

describe('a new network', () => {
  it("is its creator's by its id, and no longer when it is removed", async ({ expect }) => {
    const { ask, tell, records, networks } = gate([])
    const body = { Name: 'net' }
    expect(await ask('POST /networks/create', body)).toEqual({ Allow: true })
    networks.push({ id: ids.net, name: 'net' })
    await tell('POST /networks/create', body, 201, { Id: ids.net })
    expect(records.holding('network', ids.net)).toMatchObject({ name: 'net', owner: 2001 })
    for (const reference of ['net', ids.net, ids.net.slice(0, 12)])
      expect(await ask(`GET /networks/${reference}`)).toEqual({ Allow: true })
    networks.pop()
    await tell('DELETE /networks/net', undefined, 204)
    expect(records.ids('network')).toEqual([])
  })

  it('is not made under a name that the engine has already, nor while another is being made', async ({ expect }) => {
    const { ask, networks, records } = gate([])
    networks.push({ id: ids.net, name: 'net' })
    expect(await ask('POST /networks/create', { Name: 'net' })).toMatchObject({ Allow: false })
    records.reserve('network', 'other', 2002, 0)
    expect(await ask('POST /networks/create', { Name: 'other' })).toMatchObject({ Allow: false })
  })

  it("that no user made is the site's: nobody may look into it", async ({ expect }) => {
    const { ask, networks } = gate([])
    networks.push({ id: ids.net, name: 'net' })
    expect(await ask('GET /networks/net')).toMatchObject({ Allow: false })
  })
})

describe('a volume', () => {
  it("is its creator's from the engine's answer on, also when a container made it", async ({ expect }) => {
    const { ask, tell, records, volumes } = gate([])
    expect(await ask('POST /volumes/create', { Name: 'one' })).toEqual({ Allow: true })
    await tell('POST /volumes/create', { Name: 'one' }, 201, { Name: 'one' })
    expect(await ask(create, withVolume('two'))).toEqual({ Allow: true })
    await tell(create, withVolume('two'), 201, { Id: ids.hers })
    expect(records.ids('volume')).toEqual(['one', 'two'])
    for (const name of ['one', 'two']) volumes.set(name, 'plain')
    expect(await ask(create, withVolume('two'))).toEqual({ Allow: true })
    expect(await ask('DELETE /volumes/one')).toEqual({ Allow: true })
  })

  it.for([
    { name: 'that the engine has and nobody recorded', there: 'plain', records: [] },
    { name: "that is bob's", there: 'plain', records: [holding('volume', 'data', 'data', 2002)] },
    { name: "that is bob's, and not there", there: 'none', records: [holding('volume', 'data', 'data', 2002)] },
    {
      name: 'of hers, that root has made anew with options',
      there: 'other',
      records: [holding('volume', 'data', 'data')],
    },
  ] as const)('$name is not used', async ({ there, records }, { expect }) => {
    const { ask, tell, volumes, records: held } = gate([], {}, records)
    volumes.set('data', there)
    const before = held.ids('volume')
    expect(await ask(create, withVolume('data'))).toMatchObject({ Allow: false })
    // Gate 2 goes by the records: an answer to what should not have been let through changes none.
    await tell(create, withVolume('data'), 201, { Id: ids.hers })
    expect(held.ids('volume')).toEqual(before)
    expect(await ask('POST /volumes/create', { Name: 'data' })).toMatchObject({ Allow: false })
  })

  it('that two ask for at once is given to the first, and to nobody while root is making it', async ({ expect }) => {
    const { ask, ports, records } = gate([])
    records.reserve('volume', 'data', 2002, 0)
    expect(await ask(create, withVolume('data'))).toMatchObject({ Allow: false })
    const RequestBody = Buffer.from('{"Name":"roots"}').toString('base64')
    await answerRequest({ RequestMethod: 'POST', RequestUri: '/volumes/create', RequestBody }, ports)
    expect(await ask(create, withVolume('roots'))).toMatchObject({ Allow: false })
  })

  it("that the engine did not make is nobody's, and its name is free for her at once", async ({ expect }) => {
    const { ask, tell, records } = gate([])
    expect(await ask(create, withVolume('data'))).toEqual({ Allow: true })
    await tell(create, withVolume('data'), 404)
    expect(records.ids('volume')).toEqual([])
    expect(await ask(create, withVolume('data'))).toEqual({ Allow: true })
  })

  it('without a name comes with the container that starts', async ({ expect }) => {
    const anonymous = 'f'.repeat(64)
    const { ask, records, living, volumes } = gate([record()])
    volumes.set(anonymous, 'plain')
    living.set(ids.hers, {
      ...container(ids.hers, 'hers'),
      mounts: [{ type: 'volume', target: '/data', source: '', readOnly: false, volume: anonymous }],
    })
    expect(await ask(create, withVolume(anonymous))).toMatchObject({ Allow: false })
    expect(await ask(`POST /containers/${ids.hers}/start`)).toEqual({ Allow: true })
    expect(records.holding('volume', anonymous)).toMatchObject({ owner: 2001 })
  })
})

describe('a container', () => {
  it('that is renamed has the new name, and the old one is held for its owner', async ({ expect }) => {
    const { ask, tell, records } = gate([record()])
    expect(await ask('POST /containers/hers/rename?name=new')).toEqual({ Allow: true })
    await tell('POST /containers/hers/rename?name=new', undefined, 204)
    expect(records.get(ids.hers)).toMatchObject({ name: 'new' })
    expect(records.isHeld('container', 'hers', 2002, 0)).toBe(true)
    expect(records.isHeld('container', 'hers', 2001, 0)).toBe(false)
  })

  it('takes no name by rename that another of hers has, or had a moment ago: names would move between gate and engine', async ({
    expect,
  }) => {
    const { ask, tell, clock, living } = gate([record(), record({ id: ids.bobs, name: 'second' })])
    expect(await ask('POST /containers/second/rename?name=hers')).toMatchObject({ Allow: false })
    await tell('POST /containers/hers/rename?name=first', undefined, 204)
    living.set(ids.hers, container(ids.hers, 'first'))
    expect(await ask('POST /containers/second/rename?name=hers')).toMatchObject({ Allow: false })
    clock.time = 60_001
    expect(await ask('POST /containers/second/rename?name=hers')).toEqual({ Allow: true })
  })

  it('that was removed is forgotten when the engine has it no more, whoever removed it', async ({ expect }) => {
    const { tell, records, living } = gate([record(), record({ id: ids.bobs, name: 'bobs', owner: 2002 })])
    await tell(`DELETE /containers/${ids.hers.slice(0, 12)}`, undefined, 204)
    expect(records.ids('container')).toEqual([ids.hers, ids.bobs])
    living.delete(ids.hers)
    await tell('DELETE /containers/hers', undefined, 204)
    expect(records.ids('container')).toEqual([ids.bobs])
  })

  it("is forgotten with a prune of root's, as all things are that are gone", async ({ expect }) => {
    const gone = [holding('volume', 'data', 'data'), holding('network', ids.net, 'net')]
    const { ports, records, living, volumes, networks } = gate([record()], {}, gone)
    living.clear()
    volumes.clear()
    networks.length = 0
    await answerResponse({ RequestMethod: 'POST', RequestUri: '/containers/prune', ResponseStatusCode: 200 }, ports)
    for (const kind of ['container', 'network', 'volume'] as const) expect(records.ids(kind)).toEqual([])
  })

  it("has remapped ids where the engine remaps and it did not ask for the host's", async ({ expect }) => {
    const { ports, tell, records } = gate([])
    const readNature = async () => ({
      isRemapped: true,
      dataRoot: '/data/docker',
      guard: undefined,
      hasContainerdStore: false,
    })
    Object.assign(ports.engine, { readNature })
    await tell(create, { Image: 'busybox', HostConfig: {} }, 201, { Id: ids.hers })
    await tell(create, createBody(), 201, { Id: ids.bobs })
    expect(records.get(ids.hers)).toMatchObject({ ids: 'remapped' })
    expect(records.get(ids.bobs)).toMatchObject({ ids: 'own' })
  })
})
