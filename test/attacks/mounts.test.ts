/** Bind mounts: what the engine's root would reach, make or change on a user's behalf. */
import { describe, it } from 'vitest'
import { ask, bind, create, final, ids, record } from '../support/requests.ts'
import { mounted, mountRows } from './rows/mounts.ts'

describe('a bind at creation is denied', () => {
  it.for(mountRows)('$name', ({ mounts }, { expect }) => {
    const { verdict, why } = create(mounted(...mounts))
    expect(verdict).toBe('deny')
    expect(why).toContain('HostConfig.Mounts[')
  })

  it('M11: the working directory inside a bind, and not beside it', ({ expect }) => {
    expect(create({ ...mounted(bind()), WorkingDir: '/home/alicex' })).toMatchObject({ verdict: 'allow' })
  })
})

it('a bind that is still what it was, a WORKDIR and a VOLUME beside it: allowed at every start', ({ expect }) => {
  const mounts = [
    { type: 'bind', target: '/h', source: '/home/alice', readOnly: false, volume: undefined },
    { type: 'volume', target: '/data', source: '', readOnly: false, volume: 'herdata' },
  ]
  const container = record({ binds: [{ source: '/home/alice', readOnly: false, nonRecursive: false }] })
  const facts = { container, final: final({ workingDir: '/srv', mounts }) }
  expect(ask(`POST /containers/${ids.hers}/start`, undefined, facts)).toMatchObject({ verdict: 'allow' })
})

it('more binds than are looked at are denied', ({ expect }) => {
  const many = Array.from({ length: 65 }, (_, index) => bind({ Target: `/h${index}` }))
  expect(create(mounted(...many))).toMatchObject({ verdict: 'deny', why: expect.stringContaining('more than 64') })
})
