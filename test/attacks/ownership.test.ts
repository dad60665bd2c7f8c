/** What is another's is nobody's concern: the words do not even say that it exists. And a name has one meaning. */
import { describe, it } from 'vitest'
import { ask, ids, record } from '../support/requests.ts'

it("another's container is denied in the words for one that does not exist", ({ expect }) => {
  const line = `GET /containers/${ids.bobs}/json`
  expect(ask(line, undefined, { container: record({ owner: 2002 }) }).why).toBe(
    ask(line, undefined, { container: undefined }).why,
  )
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
