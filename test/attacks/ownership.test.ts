/** Other users' containers, and the engine's own files read on a user's behalf. */
import { describe, it } from 'vitest'
import { ask, final, ids, record } from '../support/requests.ts'
import { calls, execRows } from './rows/ownership.ts'

describe("M19: a container that is another's", () => {
  it.for(calls)('$line is denied, and allowed to its owner', ({ line, body }, { expect }) => {
    expect(ask(line, body, { container: record({ uid: 2002 }) })).toMatchObject({ verdict: 'deny' })
    expect(ask(line, body, { container: undefined })).toMatchObject({ verdict: 'deny' })
    expect(ask(line, body, { container: record() })).toMatchObject({ verdict: 'allow' })
  })

  it('is denied in the words for one that does not exist', ({ expect }) => {
    const line = `GET /containers/${ids.bobs}/json`
    expect(ask(line, undefined, { container: record({ uid: 2002 }) }).why).toBe(
      ask(line, undefined, { container: undefined }).why,
    )
  })
})

describe('exec into an own container is denied', () => {
  it.for(execRows)('$name', ({ body }, { expect }) => {
    expect(ask(`POST /containers/${ids.hers}/exec`, body)).toMatchObject({ verdict: 'deny' })
  })
})

describe('M06, M06b: the engine reads files as root', () => {
  const archive = (path: string, change: Parameters<typeof record>[0] = {}, method = 'GET') =>
    ask(`${method} /containers/${ids.hers}/archive?path=${path}`, undefined, { container: record(change) })
  const binds = [{ source: '/home/alice', readOnly: false, nonRecursive: false }]

  it.for([
    { name: 'passwd of a container that never ran', verdict: 'allow', decision: archive('/etc/passwd') },
    { name: 'group of one already read', verdict: 'allow', decision: archive('/etc/group', { phase: 'probed' }) },
    { name: 'whether there is a shell', verdict: 'allow', decision: archive('/bin/sh', {}, 'HEAD') },
    { name: "whether there is the user's shell", verdict: 'allow', decision: archive('/bin/bash', {}, 'HEAD') },
    { name: 'any other file', verdict: 'deny', decision: archive('/etc/shadow') },
    { name: 'a link away', verdict: 'deny', decision: archive('/etc/../etc/passwd') },
    { name: 'whether any other file is there', verdict: 'deny', decision: archive('/etc/passwd', {}, 'HEAD') },
    { name: 'the contents of the shell', verdict: 'deny', decision: archive('/bin/sh') },
    { name: 'no path', verdict: 'deny', decision: ask(`GET /containers/${ids.hers}/archive`) },
    { name: 'of a container with binds', verdict: 'deny', decision: archive('/etc/passwd', { binds }) },
    { name: 'of a container that ran', verdict: 'deny', decision: archive('/etc/passwd', { phase: 'started' }) },
    {
      name: 'of a container that root started',
      verdict: 'deny',
      decision: ask(`GET /containers/${ids.hers}/archive?path=/etc/passwd`, undefined, {
        final: final({ hasRun: true }),
      }),
    },
    {
      name: 'of a container of which the engine does not say',
      verdict: 'deny',
      decision: ask(`GET /containers/${ids.hers}/archive?path=/etc/passwd`, undefined, { final: undefined }),
    },
    { name: "of another's", verdict: 'deny', decision: archive('/etc/passwd', { uid: 2002 }) },
    { name: 'M06: writing', verdict: 'deny', decision: ask(`PUT /containers/${ids.hers}/archive?path=/etc/passwd`) },
  ])('$name: $verdict', ({ decision, verdict }, { expect }) => {
    expect(decision).toMatchObject({ verdict })
  })

  it('a container that was read never runs', ({ expect }) => {
    expect(
      ask(`POST /containers/${ids.hers}/start`, undefined, { container: record({ phase: 'probed' }) }),
    ).toMatchObject({ verdict: 'deny' })
  })
})

describe('names', () => {
  const named = (name: string, nameIsFree = true) =>
    ask(
      `POST /containers/create?name=${name}`,
      { Image: 'x', User: '2001:2001', HostConfig: { SecurityOpt: ['no-new-privileges'] } },
      { nameIsFree },
    )

  it.for([
    { name: 'hers', verdict: 'allow' },
    { name: 'abcdef123456', verdict: 'deny' },
    { name: 'c'.repeat(64), verdict: 'deny' },
    { name: 'abcd', verdict: 'deny' },
    { name: '12', verdict: 'deny' },
    { name: 'abcg', verdict: 'allow' },
    { name: '%2Fhers', verdict: 'deny' },
    { name: '-hers', verdict: 'deny' },
  ])('$name: $verdict', ({ name, verdict }, { expect }) => {
    expect(named(name)).toMatchObject({ verdict })
  })

  it("a name that is another's, or was until a moment ago, is not given", ({ expect }) => {
    expect(named('hers', false)).toMatchObject({ verdict: 'deny' })
  })
})
