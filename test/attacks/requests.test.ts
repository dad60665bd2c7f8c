/** Requests that the engine and a gate could read differently, and operations that no field check can make safe. */
import { describe, it } from 'vitest'
import { operations } from '../../src/contract/operations.ts'
import { decide } from '../../src/policy/decide.ts'
import { parseRequest } from '../../src/policy/request.ts'
import { ask, facts, grants, ids, wire } from '../support/requests.ts'
import { allowed } from './rows/allowed.ts'

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

  it.for([`GET /containers/${ids.hers}/json`, 'HEAD /_ping', `DELETE /containers/${ids.hers}`])(
    'a multipart body of %s, of which the engine fills its disk: denied',
    (line, { expect }) => {
      const RequestHeaders = { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': '60000000' }
      expect(decide(parseRequest({ ...wire(line), RequestHeaders }), facts())).toMatchObject({ verdict: 'deny' })
    },
  )

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

describe('operations that no user has', () => {
  it.for(operations.filter(({ id }) => allowed[id] === undefined))(
    '$id ($method $path) is denied',
    ({ id, method, path }, { expect }) => {
      const decision = ask(`${method} /v1.44${path.replace(/\{[a-z]+\}/g, ids.hers)}`)
      expect(decision).toMatchObject({ verdict: 'deny', rule: id })
    },
  )
})

describe('M17: a pull writes a name for everybody', () => {
  const pull = (name: string, change = {}) =>
    ask(`POST /images/create?fromImage=${name}&tag=latest`, undefined, change).verdict

  it.for([
    { name: 'busybox', change: {}, verdict: 'allow' },
    { name: 'registry.example.org/a/b', change: {}, verdict: 'allow' },
    { name: 'busybox', change: { imageIsLocal: true }, verdict: 'deny' },
    { name: 'thishost:5000/site/tool', change: { registryIsHere: true }, verdict: 'deny' },
    {
      name: 'thishost:5000/site/tool',
      change: { registryIsHere: true, grants: grants({ registries: ['thishost:5000'] }) },
      verdict: 'allow',
    },
    { name: 'localhost:5000/site/tool', change: {}, verdict: 'deny' },
    { name: '127.0.0.1:5000/site/tool', change: {}, verdict: 'deny' },
    { name: '127.1.2.3/site/tool', change: {}, verdict: 'deny' },
    { name: 'localhost/bob/app', change: { grants: grants({ registries: ['localhost'] }) }, verdict: 'deny' },
    {
      name: '127.0.0.1:5000/site/tool',
      change: { grants: grants({ registries: ['127.0.0.1:5000'] }) },
      verdict: 'allow',
    },
    { name: 'busybox', change: { grants: grants({ registries: ['127.0.0.1:5000'] }) }, verdict: 'deny' },
    { name: 'busybox', change: { grants: grants({ registries: ['docker.io'] }) }, verdict: 'allow' },
  ])('$name with $change: $verdict', ({ name, change, verdict }, { expect }) => {
    expect(pull(name, change)).toBe(verdict)
  })
})

it('a body that would fill the gate is denied before it is read', ({ expect }) => {
  expect(ask('POST /containers/create', JSON.stringify({ Env: ['x'.repeat(600_000)] }))).toMatchObject({
    verdict: 'deny',
    why: expect.stringContaining('512 KiB'),
  })
})
