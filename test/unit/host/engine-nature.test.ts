import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { rememberNature } from '../../../src/host/engine-nature.ts'

const open = ({ isDeaf = false } = {}) => {
  let asked = 0
  const streams: PassThrough[] = []
  const read = rememberNature({
    ask: () => Promise.resolve((asked += 1)),
    listen: () => {
      if (isDeaf) return Promise.reject(new Error('no events'))
      const stream = new PassThrough()
      streams.push(stream)
      return Promise.resolve(stream)
    },
  })
  return { read, streams }
}
const settle = async () => await new Promise((resolve) => setImmediate(resolve))

it('is asked once, however many want to know', async () => {
  const { read, streams } = open()
  expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1])
  expect(await read()).toBe(1)
  expect(streams).toHaveLength(1)
})

it('is asked anew when the engine has read its settings', async () => {
  const { read, streams } = open()
  await read()
  streams[0]?.write('{"Action":"reload"}')
  await settle()
  expect(await read()).toBe(2)
  expect(streams).toHaveLength(1)
})

it.for(['end', 'destroy'] as const)('is asked anew, and listened to anew, when the events %s', async (how) => {
  const { read, streams } = open()
  await read()
  streams[0]?.[how]()
  await settle()
  await settle()
  expect(await read()).toBe(2)
  expect(streams).toHaveLength(2)
})

it('is asked each time where there are no events', async () => {
  const { read } = open({ isDeaf: true })
  expect([await read(), await read()]).toEqual([1, 2])
})

it('is asked again after a failure', async () => {
  let asked = 0
  const read = rememberNature({
    ask: async () => {
      asked += 1
      if (asked === 1) throw new Error('away')
      return await Promise.resolve(asked)
    },
    listen: () => Promise.resolve(new PassThrough()),
  })
  await expect(read()).rejects.toThrow('away')
  expect(await read()).toBe(2)
})
