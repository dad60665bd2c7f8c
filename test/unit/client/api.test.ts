import { describe, expect, it } from 'vitest'
import { buildApi } from '../../../src/client/api.ts'
import { parseDockerConfig } from '../../../src/host/docker-config.ts'
import type { Engine, Reply } from '../../../src/host/http.ts'

const denied = (why: string): Reply => ({
  status: 403,
  headers: {},
  body: Buffer.from(JSON.stringify({ message: `authorization denied by plugin gate: ContainerCreate: ${why}` })),
})
const done: Reply = { status: 201, headers: {}, body: Buffer.from('{"Id":"c1"}') }
const busy = denied('too many requests of yours at a time: try again')
const undecided = denied('the gate could not decide; the administrator finds why in its log')

/** An engine that gives these answers, then the last for ever; and how often it was asked and for how long one waited. */
const openEngine = (answers: readonly Reply[]) => {
  const told = { asked: 0, waited: 0 }
  const answer = () => {
    told.asked += 1
    return Promise.resolve(answers[Math.min(told.asked, answers.length) - 1] ?? done)
  }
  const engine: Engine = {
    settings: { env: {}, config: parseDockerConfig('', ''), address: '' },
    ask: answer,
    hijack: answer,
    open: () => Promise.reject(new Error('not asked')),
    warm: () => {},
    close: () => {},
  }
  const wait = (milliseconds: number) => {
    told.waited += milliseconds
    return Promise.resolve()
  }
  return { api: buildApi(engine, '1.41', wait), told }
}

describe('a gate that refuses before anything is done', () => {
  it('since too many wait is asked again until it is our turn', async () => {
    const { api, told } = openEngine([...Array.from({ length: 20 }, () => busy), done])
    expect(await api.ask('POST', '/containers/create')).toEqual({ Id: 'c1' })
    expect(told.asked).toBe(21)
  })

  it('for two minutes and no longer', async () => {
    const { api, told } = openEngine([busy])
    await expect(api.ask('POST', '/containers/create')).rejects.toThrow('too many requests of yours at a time')
    expect(told.waited).toBeGreaterThan(120_000)
    expect(told.waited).toBeLessThan(125_000)
  })

  it('since it could not decide is asked a few times more', async () => {
    const { api, told } = openEngine([undecided])
    await expect(api.ask('POST', '/containers/create')).rejects.toThrow('the gate could not decide')
    expect(told.asked).toBe(6)
    expect(told.waited).toBeLessThan(10_000)
  })

  it('so is asked again about a connection too', async () => {
    const { api, told } = openEngine([busy, denied('it is not yours')])
    await expect(api.hijack('/containers/c1/attach')).rejects.toThrow('it is not yours')
    expect(told.asked).toBe(2)
  })

  it.for([
    { name: 'denied for good', reply: denied('HostConfig.Privileged: a privileged container is root on the host') },
    {
      name: 'not of the gate',
      reply: { ...done, status: 500, body: Buffer.from('too many requests of yours at a time') },
    },
  ])('what is $name is not asked again', async ({ reply }) => {
    const { api, told } = openEngine([reply])
    await expect(api.ask('POST', '/containers/create')).rejects.toThrow()
    expect(told.asked).toBe(1)
  })
})
