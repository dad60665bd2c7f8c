import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../src/host/address.ts'

const tcp = (host: string, port?: number) => ({ kind: 'tcp', host, port })

describe('an address', () => {
  it.for([
    { text: 'tcp://engine.site:2376', expected: tcp('engine.site', 2376) },
    { text: 'engine.site:2376', expected: tcp('engine.site', 2376) },
    { text: '127.0.0.1', expected: tcp('127.0.0.1') },
    { text: 'tcp://engine.site', expected: tcp('engine.site') },
    { text: 'tcp://engine.site:/', expected: tcp('engine.site') },
    { text: 'tcp://', expected: tcp('localhost') },
    { text: 'tcp://:2376', expected: tcp('localhost', 2376) },
    { text: 'tcp://[::1]:2376', expected: tcp('::1', 2376) },
    { text: 'unix:///run/my.sock', expected: { kind: 'unix', path: '/run/my.sock' } },
    { text: 'unix://', expected: { kind: 'unix', path: '/var/run/docker.sock' } },
  ])('$text is understood as docker understands it', ({ text, expected }) => {
    expect(parseAddress(text, 'it')).toEqual(expected)
  })

  it.for([
    { text: 'ssh://alice@engine.site', why: 'ssh is not offered' },
    { text: 'npipe:////./pipe/docker_engine', why: 'Windows' },
    { text: 'fd://', why: 'for the engine itself' },
    { text: 'http://engine.site:2375', why: 'not understood' },
    { text: 'constructor://x', why: 'not understood' },
    { text: 'tcp://engine.site:0', why: 'not understood' },
    { text: 'tcp://engine.site:65536', why: 'not understood' },
    { text: 'tcp://engine.site:2376/path', why: 'not understood' },
    { text: 'unix://tcp://engine.site', why: 'not understood' },
    { text: 'engine site:1', why: 'not understood' },
  ])('$text is refused with a reason', ({ text, why }) => {
    expect(() => parseAddress(text, 'DOCKER_HOST')).toThrow(
      expect.objectContaining({
        code: 'settings',
        status: 125,
        message: expect.stringMatching(`^DOCKER_HOST: .*${why}`) as string,
      }),
    )
  })
})
