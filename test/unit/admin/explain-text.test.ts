import { describe, expect, it } from 'vitest'
import { describeRecord, describeSeen } from '../../../src/admin/explain-text.ts'
import { buildWire } from '../../../src/admin/explain-wire.ts'
import type { Explanation } from '../../../src/policy/explanation.ts'

const explanation: Explanation = {
  verdict: 'deny',
  rule: 'ContainerCreate',
  why: 'ContainerCreate: first',
  operation: 'ContainerCreate',
  object: '',
  objections: ['first', 'second'],
  sections: [{ key: 'limits.memory', section: 'groups.students' }],
}
const wire = (target: string, body: string) =>
  buildWire('alice', {
    method: 'POST',
    target,
    rawHeaders: ['Content-Type', 'application/json'],
    body: Buffer.from(body),
  })

describe('what a request would be', () => {
  it('has a line for each objection and each section that spoke', () => {
    expect(describeSeen({ wire: wire('/containers/create?name=x', '{"Image":"busybox"}'), explanation })).toEqual([
      'denied ContainerCreate x busybox (POST /containers/create?name=x)',
      '  first',
      '  second',
      '  policy: limits.memory: groups.students',
    ])
  })

  it.for([
    { name: 'the path', target: '/containers/hers/kill', body: '', change: { object: 'hers' }, object: 'hers' },
    {
      name: 'a pull',
      target: '/images/create?fromImage=busybox&tag=1',
      body: '',
      change: { operation: 'ImageCreate' },
      object: 'busybox',
    },
    { name: 'a network', target: '/networks/create', body: '{"Name":"net"}', change: {}, object: 'net' },
    { name: 'a body that is none', target: '/networks/create', body: 'null', change: {}, object: '' },
    { name: 'names that are none', target: '/networks/create', body: '{"Name":[1]}', change: {}, object: '' },
  ])('names what it is about: $name', ({ target, body, change, object }) => {
    const [head] = describeSeen({ wire: wire(target, body), explanation: { ...explanation, ...change } })
    expect(head?.split(' ').slice(2, -2).join(' ')).toBe(object)
  })

  it('is short', () => {
    const long = 'x'.repeat(5_000)
    const [head = ''] = describeSeen({ wire: wire(`/${long}`, `{"Image":"${long}"}`), explanation })
    expect(head.length).toBeLessThan(500)
  })
})

describe('what a decision was', () => {
  const line = { verdict: 'deny', user: 'alice', uid: 2001, operation: 'ImageBuild', rule: 'ImageBuild', why: 'only' }

  it('has who, when, what and why', () => {
    const [head, ...rest] = describeRecord({ text: '', time: 0, line })
    expect(head).toMatch(/deny +alice +ImageBuild/)
    expect(rest).toEqual(['  user: alice (uid 2001)', '  rule: ImageBuild', '  only'])
  })

  it('has all objections, and passes over what is none', () => {
    const rest = describeRecord({ text: '', time: 0, line: { ...line, objections: ['one', 2, 'three'] } }).slice(3)
    expect(rest).toEqual(['  one', '  three'])
  })
})
