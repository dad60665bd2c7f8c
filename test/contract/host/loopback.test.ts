import { describe, it } from 'vitest'
import { isLoopback } from '../../../src/host/loopback.ts'

describe('a registry host', () => {
  it.for([
    { host: 'localhost:5000', here: true },
    { host: '127.0.0.1:5000', here: true },
    { host: '127.9.9.9', here: true },
    { host: '192.0.2.1:5000', here: false },
    { host: 'no-such-host.invalid', here: false },
  ])('$host is this machine itself: $here', async ({ host, here }, { expect }) => {
    expect(await isLoopback(host)).toBe(here)
  })
})
