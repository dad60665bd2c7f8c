import { describe, it } from 'vitest'
import { parseRequest } from '../../../src/policy/request.ts'
import { ask, wire } from '../../support/requests.ts'

const target = (length: number) => `GET /info?${'a'.repeat(length - '/info?'.length)}`

describe('a request line', () => {
  it('of 16 KiB is read, and none that is longer, whatever stands in it', ({ expect }) => {
    expect(parseRequest(wire(target(16 * 1024)))).toHaveProperty('operation', 'SystemInfo')
    for (const line of [target(16 * 1024 + 1), `GET ${'/'.repeat(500_000)}`, `GET /info?${'?&;#'.repeat(100_000)}`])
      expect(parseRequest(wire(line))).toEqual({ why: expect.stringContaining('longer than 16 KiB') })
  })

  it('that pulls is denied by the length of the name, before any form is tried on it', ({ expect }) => {
    const why = (name: string) => ask(`POST /images/create?fromImage=${name}&tag=1`).why
    expect(why(':'.repeat(16_000))).toContain('no more than 456 characters')
    expect(why(':'.repeat(456))).toContain('names one image')
  })
})
