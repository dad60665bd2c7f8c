/** POST /containers/create: fields by which a user becomes more than themself. One row per known escape. */
import { describe, it } from 'vitest'
import { bind, create, createBody } from '../support/requests.ts'
import { createRows, hostConfig } from './rows/create-body.ts'
import { policyRows } from './rows/policy.ts'
import { unreadableRows } from './rows/unreadable.ts'

describe('what dockerrun itself sends', () => {
  it.for([
    { name: 'the plain body', body: createBody() },
    { name: 'with a bind of the home', body: hostConfig({ Mounts: [bind()] }) },
    {
      name: 'with a read-only bind of what the user cannot write',
      body: hostConfig({
        Mounts: [bind({ Source: '/usr/share', Target: '/data', ReadOnly: true, BindOptions: { NonRecursive: true } })],
      }),
    },
    {
      name: 'with the identity files',
      body: hostConfig({ Mounts: [bind({ Source: '/home/alice/file', Target: '/etc/passwd', ReadOnly: true })] }),
    },
  ])('is allowed: $name', ({ body }, { expect }) => {
    expect(create(body)).toMatchObject({ verdict: 'allow' })
  })
})

describe('is denied, and names the field', () => {
  it.for([...createRows, ...policyRows])('$name', ({ body, field, change }, { expect }) => {
    const { verdict, why } = create(body, change)
    expect(verdict).toBe('deny')
    expect(why).toContain(field)
  })

  it.for(unreadableRows)('has two readings or the wrong shape: $name', ({ body }, { expect }) => {
    expect(create(body)).toMatchObject({ verdict: 'deny' })
  })

  it('R01: host ids on a remapped engine need UsernsMode host, word for word', ({ expect }) => {
    const empty = hostConfig({ UsernsMode: '' })
    expect(create(empty, { remapped: false })).toMatchObject({ verdict: 'allow' })
    expect(create(empty, { remapped: true })).toMatchObject({ verdict: 'allow' })
    expect(create(empty, { remapped: undefined })).toMatchObject({ verdict: 'deny' })
    expect(create(createBody(), { remapped: true })).toMatchObject({ verdict: 'allow' })
  })
})
