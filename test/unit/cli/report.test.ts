import { expect, it } from 'vitest'
import { describe as describeFailure, report } from '../../../src/cli/report.ts'
import { Failure } from '../../../src/failure.ts'

it.for([
  {
    name: 'one line and a hint',
    error: new Failure('usage', 'what', { hint: 'now' }),
    text: 'p: what\np: hint: now\n',
  },
  {
    name: 'control characters as text',
    error: new Failure('image', 'a\nb\u001b[2J\u009b\u202e', { hint: 'c\r' }),
    text: 'p: a\\nb\\u001b[2J\\u009b\\u202e\np: hint: c\\r\n',
  },
])('prints $name', ({ error, text }) => {
  expect(describeFailure('p', error)).toBe(text)
})

it('shows the stack of what was not foreseen, and ends with 125', async () => {
  let written = ''
  const status = await report(
    'p',
    (text) => (written += text),
    () => Promise.reject(new TypeError('oops')),
  )
  expect(status).toBe(125)
  expect(written).toContain('report.test.ts')
})

it("ends with the failure's own status", async () => {
  const fail = () => Promise.reject(new Failure('not-found', 'x', { hint: 'y', status: 127 }))
  expect(await report('p', () => {}, fail)).toBe(127)
})
