import { describe, it } from 'vitest'
import { buildServerNames } from '../../../src/admin/server-names.ts'

describe('the names of an engine', () => {
  it('are each there once, and a host name that fits no certificate is left out', ({ expect }) => {
    const values = buildServerNames('(none)', ['LOCALHOST', '127.0.0.1', '*.cluster', 'a_b']).map(({ value }) => value)
    expect(values).toEqual(['localhost', '127.0.0.1', '::1', '*.cluster', 'a_b'])
  })

  it.for([
    '',
    'a b',
    'a/b',
    'a..b',
    '-a',
    'a-',
    'fe80::1%lo',
    '1.2.3',
    '1.2.3.4.5',
    'caf\u00e9',
    'a\n',
    'x'.repeat(64),
    '*.*.a',
  ])('cannot be %j', (name, { expect }) => {
    expect(() => buildServerNames('node7', [name])).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})
