/** Requests that the engine and a gate could read differently, and operations that no field check can make safe. */
import { describe, it } from 'vitest'
import { operations } from '../../src/contract/operations.ts'
import { decide } from '../../src/policy/decide.ts'
import { parseRequest } from '../../src/policy/request.ts'
import { ask, facts, ids, wire } from '../support/requests.ts'
import { parameterRows } from './rows/parameters.ts'

describe('parameters hidden in a body', () => {
  const start = `POST /containers/${ids.hers}/start`

  it.for([
    {
      name: 'T10: urlencoded, its Content-Length shown',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '9' },
    },
    { name: 'T11: urlencoded and chunked', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    { name: 'T11: a last Content-Type that lies', headers: { 'Content-Type': 'text/plain' } },
    { name: 'T12: multipart', headers: { 'Content-Type': 'multipart/form-data; boundary=x' } },
    { name: 'a header name in lower case', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  ])('$name: denied', ({ headers }, { expect }) => {
    const request = { ...wire(start), RequestHeaders: headers }
    expect(decide(parseRequest(request), facts())).toMatchObject({ verdict: 'deny' })
  })

  it('M20: a HostConfig in the body of start is denied', ({ expect }) => {
    expect(ask(start, { Privileged: true })).toMatchObject({ verdict: 'deny' })
  })

  it("docker's own way is allowed: Content-Length 0, whatever the Content-Type", ({ expect }) => {
    expect(ask(start, undefined, {}, { 'Content-Type': 'text/plain' })).toMatchObject({ verdict: 'allow' })
  })
})

describe('a body that the engine did not show', () => {
  it.for([
    { name: 'T07: chunked', headers: { 'Content-Type': 'application/json' } },
    { name: 'T08: a megabyte', headers: { 'Content-Type': 'application/json', 'Content-Length': '1048576' } },
    { name: 'T09: a query that ends in /auth', headers: { 'Content-Type': 'application/json', 'Content-Length': '2' } },
    { name: 'none at all', headers: {} },
  ])('is denied where one is due: $name', ({ headers }, { expect }) => {
    for (const path of ['/containers/create', `/containers/${ids.hers}/exec`, `/exec/${ids.exec}/start`])
      expect(decide(parseRequest({ ...wire(`POST ${path}`), RequestHeaders: headers }), facts())).toMatchObject({
        verdict: 'deny',
      })
  })
})

describe('parameters', () => {
  it.for(parameterRows)('are denied: $name', ({ line }, { expect }) => {
    expect(ask(line)).toMatchObject({ verdict: 'deny' })
  })
})

describe('operations that no user has', () => {
  const granted = [
    'ContainerArchive',
    'ContainerArchiveInfo',
    'ContainerAttach',
    'ContainerCreate',
    'ContainerDelete',
    'ContainerExec',
    'ContainerInspect',
    'ContainerKill',
    'ContainerList',
    'ContainerLogs',
    'ContainerResize',
    'ContainerStart',
    'ContainerStop',
    'ContainerWait',
    'ExecInspect',
    'ExecResize',
    'ExecStart',
    'ImageCreate',
    'ImageInspect',
    'ImageList',
    'SystemInfo',
    'SystemPing',
    'SystemPingHead',
    'SystemVersion',
  ]

  it.for(operations.filter(({ id }) => !granted.includes(id)))(
    '$id ($method $path) is denied',
    ({ id, method, path }, { expect }) => {
      const decision = ask(`${method} /v1.44${path.replace(/\{[a-z]+\}/g, ids.hers)}`)
      expect(decision).toMatchObject({ verdict: 'deny', rule: id })
    },
  )
})
