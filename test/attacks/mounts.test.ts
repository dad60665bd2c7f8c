/** Bind mounts: what the engine's root would reach, make or change on a user's behalf. */
import { describe, it } from 'vitest'
import { ask, bind, create, ids, record } from '../support/requests.ts'
import { mounted, mountRows } from './rows/mounts.ts'

describe('a bind at creation is denied', () => {
  it.for(mountRows)('$name', ({ mounts }, { expect }) => {
    const { verdict, why } = create(mounted(...mounts))
    expect(verdict).toBe('deny')
    expect(why).toContain('HostConfig.Mounts[')
  })

  it('M11: the working directory inside a bind', ({ expect }) => {
    expect(create({ ...mounted(bind()), WorkingDir: '/home/alice/new' })).toMatchObject({ verdict: 'deny' })
    expect(create({ ...mounted(bind()), WorkingDir: '/home/alicex' })).toMatchObject({ verdict: 'allow' })
  })
})

describe('a bind is looked at again at every start', () => {
  const start = (source: string) =>
    ask(`POST /containers/${ids.hers}/start`, undefined, {
      container: record({ binds: [{ source, readOnly: false, nonRecursive: false }] }),
    })

  it.for([
    { name: 'still the same folder', source: '/home/alice', verdict: 'allow' },
    { name: 'M05b: swapped for a link', source: '/home/alice/link', verdict: 'deny' },
    { name: 'M05b: gone, or out of reach', source: '/home/bob', verdict: 'deny' },
    { name: 'M09: not writable any more', source: '/usr/share', verdict: 'deny' },
  ])('$name', ({ source, verdict }, { expect }) => {
    expect(start(source)).toMatchObject({ verdict })
  })
})
