import { describe, it } from 'vitest'
import { adoptContainers } from '../../../src/plugin/adopt.ts'
import type { ContainerRecord } from '../../../src/policy/facts.ts'
import { ids, record } from '../../support/requests.ts'
import { container, gate } from '../../support/world.ts'

const strange = { first: '1'.repeat(64), second: '2'.repeat(64) }
const rest = { image: 'sha256:0' }
const first = { id: strange.first, name: 'registry', ...rest }
const second = { id: strange.second, name: 'proxy', ...rest }

/** An engine that has two containers of which nothing is recorded, besides those that are given. */
const world = (given: readonly ContainerRecord[] = [record()]) => {
  const { ports, living, records, audit } = gate(given)
  for (const { id, name } of [first, second]) living.set(id, container(id, name))
  const adopt = (wish: unknown, deadline = new AbortController().signal) => adoptContainers(wish, ports, deadline)
  return { ports, living, records, audit, adopt }
}
const roots = world([record({ owner: 0, login: 'root' })])

describe('an adoption', () => {
  it.for([
    { name: 'by name', containers: ['registry'], adopted: [first] },
    { name: 'by id', containers: [strange.first], adopted: [first] },
    { name: 'by the beginning of an id', containers: [strange.first.slice(0, 12)], adopted: [first] },
    { name: 'by both, once', containers: ['registry', strange.first], adopted: [first] },
    { name: 'of several', containers: ['proxy', 'registry'], adopted: [second, first] },
    { name: 'of all that have no record', containers: 'all', adopted: [first, second] },
  ])("makes containers root's, $name, with a line for each", async ({ containers, adopted }, { expect }) => {
    const { adopt, records, audit } = world()
    expect(await adopt({ containers, isTrial: false })).toEqual({ found: adopted, objections: [] })
    for (const { id } of adopted) expect(records.get(id)).toMatchObject({ owner: 0, login: 'root', ids: 'own' })
    expect(records.ids('container')).toHaveLength(1 + adopted.length)
    expect(audit).toMatchObject(
      adopted.map(({ id, name }) => ({
        user: 'root',
        administrator: true,
        operation: 'ContainerAdopt',
        object: id,
        name,
        verdict: 'allow',
      })),
    )
  })

  it.for(['all', ['registry']])('that is a trial (%j) records nothing', async (containers, { expect }) => {
    const { adopt, records, audit } = world()
    expect((await adopt({ containers, isTrial: true })).found).toContainEqual(first)
    expect(records.ids('container')).toEqual([ids.hers])
    expect(audit).toEqual([])
  })

  it.for([
    {
      name: "a user's",
      containers: ['registry', 'hers'],
      objections: ["hers: the gate has a record of it, and it is alice's"],
    },
    {
      name: 'none the engine has',
      containers: ['registry', 'nosuch'],
      objections: ['nosuch: the engine has no such container'],
    },
    {
      name: 'another path of the API',
      containers: ['../info', ''],
      objections: ['../info: the engine has no such container', ': the engine has no such container'],
    },
  ])('of what is $name is none, of the others too', async ({ containers, objections }, { expect }) => {
    const { adopt, records, audit } = world()
    expect(await adopt({ containers, isTrial: false })).toMatchObject({ objections })
    expect(records.ids('container')).toEqual([ids.hers])
    expect(records.get(ids.hers)).toEqual(record())
    expect(audit).toEqual([])
  })

  it("of what is root's already does no harm, and changes nothing", async ({ expect }) => {
    expect(await roots.adopt({ containers: ['hers'], isTrial: false })).toEqual({ found: [], objections: [] })
    expect(roots.audit).toEqual([])
  })

  it("never takes what became a user's while the engine was asked", async ({ expect }) => {
    const { adopt, ports, records } = world()
    const read = ports.engine.readContainer
    const hers = record({ id: first.id, name: 'registry' })
    const engine = {
      ...ports.engine,
      readContainer: async (reference: string) => {
        if (reference === first.id) records.put(hers)
        return await read(reference)
      },
    }
    const { found } = await adoptContainers(
      { containers: 'all', isTrial: false },
      { ...ports, engine },
      new AbortController().signal,
    )
    expect(found).toEqual([second])
    expect(records.get(first.id)).toEqual(hers)
    expect(await adopt({ containers: 'all', isTrial: false })).toEqual({ found: [], objections: [] })
  })

  it('that cannot be recorded in the audit log is none', async ({ expect }) => {
    const { ports, records } = world()
    const writeAudit = () => {
      throw new Error('disk full')
    }
    const wish = { containers: ['registry'], isTrial: false }
    await expect(adoptContainers(wish, { ...ports, writeAudit }, new AbortController().signal)).rejects.toThrow(
      'disk full',
    )
    expect(records.get(first.id)).toBeUndefined()
  })

  it('that comes too late is none', async ({ expect }) => {
    const { adopt, records } = world()
    const late = AbortSignal.abort(new Error('no decision in time'))
    await expect(adopt({ containers: 'all', isTrial: false }, late)).rejects.toThrow('no decision in time')
    expect(records.ids('container')).toEqual([ids.hers])
  })

  it.for([
    undefined,
    null,
    {},
    { containers: 'registry', isTrial: false },
    { containers: [1], isTrial: false },
    { containers: 'all' },
  ])('is not guessed at from %j', async (wish, { expect }) => {
    await expect(world().adopt(wish)).rejects.toThrow('not readable')
  })
})
