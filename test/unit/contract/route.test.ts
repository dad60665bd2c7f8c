import { describe, it } from 'vitest'
import { operations } from '../../../src/contract/operations.ts'
import { matchRoute } from '../../../src/contract/route.ts'

const id = 'a'.repeat(64)

describe('a request line', () => {
  it.for([
    { line: 'POST /containers/create', operation: 'ContainerCreate', object: '' },
    { line: 'POST /v1.41/containers/create?name=x', operation: 'ContainerCreate', object: '' },
    { line: `GET /v1.51/containers/${id}/json`, operation: 'ContainerInspect', object: id },
    { line: 'GET /containers/json', operation: 'ContainerList', object: '' },
    { line: 'GET /containers/json/json', operation: 'ContainerInspect', object: 'json' },
    { line: 'POST /containers/create/start', operation: 'ContainerStart', object: 'create' },
    {
      line: 'GET /images/127.0.0.1:5000/lab/busybox:1.2/json',
      operation: 'ImageInspect',
      object: '127.0.0.1:5000/lab/busybox:1.2',
    },
    { line: 'GET /images/a@sha256:00/json', operation: 'ImageInspect', object: 'a@sha256:00' },
    { line: 'DELETE /images/x/json', operation: 'ImageDelete', object: 'x/json' },
    { line: 'GET /containers/x/attach/ws', operation: 'ContainerAttachWebsocket', object: 'x' },
    { line: 'DELETE /containers/x/checkpoints/y', operation: 'CheckpointDelete', object: 'x' },
    { line: 'HEAD /_ping', operation: 'SystemPingHead', object: '' },
    { line: 'POST /grpc', operation: 'Grpc', object: '' },
  ])('$line is $operation', ({ line, operation, object }, { expect }) => {
    const [method = '', target = ''] = line.split(' ')
    expect(matchRoute(method, target)).toMatchObject({ operation, object })
  })

  it('matches one operation alone, whichever it is', ({ expect }) => {
    for (const { id: operation, method, path } of operations) {
      const target = path.replace(/\{[a-z]+\}/g, 'x')
      expect(matchRoute(method, `/v1.44${target}`)).toMatchObject({ operation })
    }
  })

  it.for([
    { name: 'T13: a percent escape the daemon decodes', target: '/%63ontainers/create' },
    { name: 'T13: an escaped slash', target: '/containers%2fcreate' },
    { name: 'T13: an escaped version', target: '/%761.41/containers/create' },
    { name: 'T13: absolute form', target: 'http://evil/containers/create' },
    { name: 'T13: doubled slashes', target: '//containers/create' },
    { name: 'T13: a doubled slash behind the version', target: '/v1.41//containers/create' },
    { name: 'T13: a dot segment', target: '/./containers/create' },
    { name: 'T13: dot dot', target: '/x/../containers/create' },
    { name: 'a trailing slash', target: '/containers/create/' },
    { name: 'a path parameter', target: '/containers/create;x=1' },
    { name: 'an escaped question mark', target: '/containers/create%3fname=x' },
    { name: 'a fragment', target: '/containers/create#x' },
    { name: 'upper case', target: '/Containers/create' },
    { name: 'M20: an API before 1.41', target: '/v1.23/containers/create' },
    { name: 'the floor is 1.41', target: '/v1.40/containers/create' },
    { name: 'a version with a leading zero', target: '/v01.41/containers/create' },
    { name: 'a minor with a leading zero', target: '/v1.041/containers/create' },
    { name: 'a version with three parts', target: '/v1.41.0/containers/create' },
    { name: 'a version with a trailing dot', target: '/v1.41./containers/create' },
    { name: 'a major of two', target: '/v2.41/containers/create' },
    { name: 'an unknown operation', target: '/containers/recreate' },
    { name: 'a name with a slash', target: '/containers/a/b/start' },
    { name: 'the debug pages behind a version', target: '/v1.48/debug/pprof/' },
    { name: 'nothing', target: '' },
    { name: 'a newline', target: '/containers/create\n' },
  ])('is none: $name', ({ target }, { expect }) => {
    expect(matchRoute('POST', target)).toHaveProperty('why')
  })

  it.for([
    { name: 'a parameter twice', query: 'name=a&name=b' },
    { name: 'a parameter twice, once escaped', query: 'name=a&n%61me=b' },
    { name: 'a semicolon', query: 'name=a;name=b' },
    { name: 'a broken escape', query: 'name=%zz' },
    { name: 'a fragment', query: 'name=a#&x=1' },
    { name: 'bytes that are not UTF-8', query: 'name=%ff' },
    { name: 'a name that is not UTF-8', query: '%ff=1' },
    { name: 'a raw byte outside ASCII', query: 'name=é' },
    { name: 'an empty pair', query: 'a=1&&b=2' },
  ])('is none, T19: $name', ({ query }, { expect }) => {
    expect(matchRoute('POST', `/containers/create?${query}`)).toHaveProperty('why')
  })

  it('has its query decoded as Go does', ({ expect }) => {
    const route = matchRoute('GET', '/containers/json?filters=%7B%22a%22%3A1%7D&q=a+b%2Bc&empty')
    expect('query' in route && [...route.query]).toEqual([
      ['filters', '{"a":1}'],
      ['q', 'a b+c'],
      ['empty', ''],
    ])
  })
})
