import { describe, expect, it } from 'vitest'
import { explainRequest } from '../../../src/plugin/explain.ts'
import { readUser } from '../../../src/plugin/caller.ts'
import { emptyPolicy } from '../../../src/policy/grants.ts'
import { alice, createBody, record, wire } from '../../support/requests.ts'
import { gate } from '../../support/world.ts'

const explain = async (line: string, body?: unknown, user = 'alice') => {
  const world = gate([record()])
  const lookUp = async (login: string) => (login === 'alice' ? alice : undefined)
  const ports = {
    ...world.ports,
    readUser: (login: string) => readUser(login, { policy: emptyPolicy, lookUp, groupIds: async () => new Map() }),
    sectionsOf: async () => [],
  }
  const answer = await explainRequest({ ...wire(line, body), User: user }, ports, new AbortController().signal)
  return { ...world, answer }
}

describe('an explanation of the gate', () => {
  it('is its answer, and leaves nothing behind: no line, no name, no phase', async () => {
    const { answer, audit, records } = await explain('POST /containers/create?name=wanted', createBody())
    expect(answer).toMatchObject({
      verdict: 'allow',
      operation: 'ContainerCreate',
      caller: { kind: 'user', uid: 2001, groups: [2001, 3000] },
    })
    expect(audit).toEqual([])
    expect(records.isHeld('container', 'wanted', 2002, 0)).toBe(false)
    const started = await explain('POST /containers/hers/start')
    expect(started.answer).toMatchObject({ verdict: 'allow' })
    expect(started.records.get(record().id)).toMatchObject({ phase: 'created' })
  })

  it.for([{ user: 'mallory' }, { user: '' }, { user: '-x' }])('denies whoever is nobody: "$user"', async ({ user }) => {
    expect((await explain('GET /info', undefined, user)).answer).toMatchObject({
      verdict: 'deny',
      rule: 'identity',
      caller: { kind: 'refused' },
    })
  })

  it('is short, whatever was asked', async () => {
    const long = 'x'.repeat(200_000)
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`${index}${long.slice(0, 300)}`, 1]))
    const { answer } = await explain('POST /containers/create', { ...createBody(), ...many, User: long })
    expect(answer.objections).toHaveLength(32)
    expect(JSON.stringify(answer).length).toBeLessThan(50_000)
  })
})
