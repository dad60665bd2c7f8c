/** The operations table against a machine-readable source of the Engine API: @docker/node-sdk, made from Docker's OpenAPI document. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import { matchRoute } from '../../src/contract/route.ts'

const source = readFileSync(fileURLToPath(import.meta.resolve('@docker/node-sdk')), 'utf8')
const methods: Readonly<Record<string, string>> = {
  getJSON: 'GET',
  get: 'GET',
  head: 'HEAD',
  post: 'POST',
  put: 'PUT',
  delete: 'DELETE',
  upgrade: 'POST',
}
/** The package spells one path wrong; the daemon has no /image/. */
const mend = (path: string) => path.replace(/^\/image\//, '/images/')

const calls = [...source.matchAll(/this\.api\.(getJSON|get|head|post|put|delete|upgrade)\(\s*[`"]([^`"]+)[`"]/g)].map(
  ([, verb = '', path = '']) => ({
    method: methods[verb] ?? '',
    target: mend(path)
      .replace(/\?.*/, '')
      .replaceAll(/\$\{[a-z]+\}/g, 'x'),
  }),
)

describe("docker's own description of the API", () => {
  it('is there to be compared with', ({ expect }) => {
    expect(calls.length).toBeGreaterThan(55)
  })

  it.for(calls)('$method $target is an operation here', ({ method, target }, { expect }) => {
    expect(matchRoute(method, target)).toHaveProperty('operation')
  })
})
