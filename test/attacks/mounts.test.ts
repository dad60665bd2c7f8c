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

describe('what the image brings is looked at when the container starts', () => {
  const bound = { type: 'bind', target: '/h' }
  it.for([
    { name: 'M11: a WORKDIR inside a bind', final: final({ workingDir: '/h/new', mounts: [bound] }) },
    { name: 'M13d: a VOLUME inside a bind', final: final({ mounts: [bound, { type: 'volume', target: '/h/new' }] }) },
    { name: 'M09: a bind inside a bind', final: final({ mounts: [bound, { type: 'bind', target: '/h/new' }] }) },
    { name: 'a VOLUME by a relative path', final: final({ mounts: [bound, { type: 'volume', target: 'h/new' }] }) },
    { name: 'a VOLUME that goes up', final: final({ mounts: [bound, { type: 'volume', target: '../h/new' }] }) },
    { name: 'a WORKDIR by a relative path', final: final({ workingDir: 'h/new', mounts: [bound] }) },
    { name: 'the engine does not say', final: undefined },
  ])('$name: denied', (facts, { expect }) => {
    expect(ask(`POST /containers/${ids.hers}/start`, undefined, { final: facts.final })).toMatchObject({
      verdict: 'deny',
    })
  })

  it('a WORKDIR and a VOLUME beside it: allowed', ({ expect }) => {
    const beside = final({ workingDir: '/srv', mounts: [bound, { type: 'volume', target: '/data' }] })
    expect(ask(`POST /containers/${ids.hers}/start`, undefined, { final: beside })).toMatchObject({ verdict: 'allow' })
  })
})

it('more binds than are looked at are denied', ({ expect }) => {
  const many = Array.from({ length: 65 }, (_, index) => bind({ Target: `/h${index}` }))
  expect(create(mounted(...many))).toMatchObject({ verdict: 'deny', why: expect.stringContaining('more than 64') })
})
