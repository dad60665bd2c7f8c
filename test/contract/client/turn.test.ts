/** Those who want the same made at once: one makes it, whoever ends in the middle of it. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as soon } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { takeTurn } from '../../../src/client/turn.ts'
import { makeFolder } from '../../support/folder.ts'

const many = Array.from({ length: 40 })

it('is made once for forty who come at once', async () => {
  using folder = makeFolder()
  const path = join(folder.path, 'below', 'turn')
  let made = 0
  let kept: string | undefined
  const make = async () => {
    made += 1
    for (let steps = 0; steps < 20; steps += 1) await soon()
    kept = 'found'
    return kept
  }
  const all = await Promise.all(many.map(async () => await takeTurn(path, () => Promise.resolve(kept), make)))
  expect({ made, all: new Set(all), left: existsSync(path) }).toEqual({ made: 1, all: new Set(['found']), left: false })
})

it('is the next one’s turn where one fails', async () => {
  using folder = makeFolder()
  const path = join(folder.path, 'turn')
  let made = 0
  let kept: string | undefined
  const make = () => {
    made += 1
    if (made === 1) return Promise.reject(new Error('denied'))
    kept = 'found'
    return Promise.resolve(kept)
  }
  const all = await Promise.allSettled(many.map(async () => await takeTurn(path, () => Promise.resolve(kept), make)))
  expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  expect({ made, left: existsSync(path) }).toEqual({ made: 2, left: false })
})

it('goes on after one who was killed', async () => {
  using folder = makeFolder()
  const path = join(folder.path, 'turn')
  writeFileSync(path, '')
  const made = await takeTurn(
    path,
    () => Promise.resolve(undefined),
    () => Promise.resolve('found'),
    1,
  )
  expect({ made, left: existsSync(path) }).toEqual({ made: 'found', left: false })
})

it('is made by each where nothing can be written', async () => {
  expect(
    await takeTurn(
      '/proc/none/turn',
      () => Promise.resolve(undefined),
      () => Promise.resolve('own'),
    ),
  ).toBe('own')
})
