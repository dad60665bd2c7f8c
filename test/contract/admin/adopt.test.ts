/** dockerrunctl's side and the gate's meet on a socket: what one asks the other reads, and what is said against it is heard. */
import { createServer } from 'node:http'
import { describe, it } from 'vitest'
import { adoptContainers } from '../../../src/admin/adopt.ts'
import { createGate } from '../../../src/plugin/server.ts'
import { listen } from '../../support/listening.ts'
import { record } from '../../support/requests.ts'
import { container, gate } from '../../support/world.ts'

const strange = { id: '1'.repeat(64), name: 'registry', image: 'sha256:0' }

const openGate = async (change: Parameters<typeof gate>[1] = {}) => {
  const { ports, living, records } = gate([record()], { report: () => {}, ...change })
  living.set(strange.id, container(strange.id, strange.name))
  const readUser = async () => ({ kind: 'refused', why: '' }) as const
  const place = await listen(createGate({ ...ports, readUser, sectionsOf: async () => [] }))
  return { ...place, records }
}

describe('an adoption that is asked for', () => {
  it('is done by the gate, and said', async ({ expect }) => {
    using place = await openGate()
    expect(await adoptContainers(place.socket, { containers: 'all', isTrial: true })).toEqual([strange])
    expect(place.records.get(strange.id)).toBeUndefined()
    expect(await adoptContainers(place.socket, { containers: ['registry'], isTrial: false })).toEqual([strange])
    expect(place.records.get(strange.id)).toMatchObject({ owner: 0 })
    expect(await adoptContainers(place.socket, { containers: 'all', isTrial: false })).toEqual([])
  })

  it('fails with all that the gate says against it', async ({ expect }) => {
    using place = await openGate()
    await expect(
      adoptContainers(place.socket, { containers: ['registry', 'hers', 'nosuch'], isTrial: false }),
    ).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/^nothing was adopted: hers: .* it is alice's; nosuch: the engine has no such/),
    })
    expect(place.records.get(strange.id)).toBeUndefined()
  })

  it('fails where the gate cannot write its audit log', async ({ expect }) => {
    const writeAudit = () => {
      throw new Error('disk full')
    }
    using place = await openGate({ writeAudit })
    await expect(adoptContainers(place.socket, { containers: 'all', isTrial: false })).rejects.toMatchObject({
      code: 'settings',
      message: expect.stringContaining('did not adopt'),
    })
    expect(place.records.get(strange.id)).toBeUndefined()
  })

  it('fails where an older gate answers, or no gate', async ({ expect }) => {
    using place = await listen(createServer((_, response) => void response.end('{"Allow":false,"Msg":"what is that"}')))
    await expect(adoptContainers(place.socket, { containers: 'all', isTrial: false })).rejects.toThrow('what is that')
    await expect(adoptContainers('/nosuch.sock', { containers: 'all', isTrial: false })).rejects.toThrow(
      'no gate answers',
    )
  })
})
