import { describe, expect, it } from 'vitest'
import { buildWire } from '../../../src/admin/explain-wire.ts'

const build = (rawHeaders: readonly string[], body = '{}', target = '/v1.41/containers/create') =>
  buildWire('alice', { method: 'POST', target, rawHeaders, body: Buffer.from(body) })
const json = ['content-type', 'application/json']

describe('a request as the engine would show it', () => {
  it('has its caller, method, target, JSON body and the names of headers as Go spells them', () => {
    expect(build([...json, 'x-a-b', '1'])).toEqual({
      User: 'alice',
      UserAuthNMethod: 'TLS',
      RequestMethod: 'POST',
      RequestUri: '/v1.41/containers/create',
      RequestBody: Buffer.from('{}').toString('base64'),
      RequestHeaders: { 'Content-Type': 'application/json', 'X-A-B': '1' },
    })
  })

  it.for([
    { name: 'of another type', headers: ['Content-Type', 'application/x-www-form-urlencoded'] },
    { name: 'whose first type is another', headers: ['Content-Type', 'text/plain', ...json] },
    { name: 'without a type', headers: [] },
    { name: 'that is empty', headers: json, body: '' },
    { name: 'of a login', headers: json, target: '/v1.41/auth' },
    { name: 'of 1 MiB', headers: json, body: 'x'.repeat(1024 * 1024) },
  ])('has no body $name', ({ headers, body, target }) => {
    expect(build(headers, body, target)).not.toHaveProperty('RequestBody')
  })

  it('has a body of JSON with a parameter, and one whose query speaks of a login', () => {
    expect(build(['Content-Type', 'application/json; charset=utf-8'])).toHaveProperty('RequestBody')
    expect(build(json, '{}', '/containers/create?x=/auth')).toHaveProperty('RequestBody')
  })

  it('has no credentials, no host, the last of repeated headers, and no length of a chunked body', () => {
    const secrets = ['Authorization', 'a', 'x-registry-auth', 'b', 'X-Registry-Config', 'c', 'Host', 'd']
    const chunked = ['Transfer-Encoding', 'chunked', 'Content-Length', '0']
    expect(build([...secrets, ...chunked, 'X-Two', '1', 'x-two', '2']).RequestHeaders).toEqual({ 'X-Two': '2' })
  })
})
