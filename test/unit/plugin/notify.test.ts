import { describe, it } from 'vitest'
import { parseSupervisor } from '../../../src/plugin/notify.ts'

const socket = '/run/systemd/notify'

describe('a service manager', () => {
  it.for<{ name: string; env: Readonly<Record<string, string>>; is: object | undefined }>([
    { name: 'that is not there', env: {}, is: undefined },
    {
      name: 'that wants to know when we are ready',
      env: { NOTIFY_SOCKET: socket },
      is: { socket, watchdog: undefined },
    },
    { name: 'in the abstract', env: { NOTIFY_SOCKET: '@x' }, is: { socket: '@x', watchdog: undefined } },
    { name: 'nowhere a datagram could go', env: { NOTIFY_SOCKET: 'vsock:2:1' }, is: undefined },
    {
      name: 'that wants to hear of us every two seconds',
      env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '2000000', WATCHDOG_PID: '42' },
      is: { socket, watchdog: 2000 },
    },
    {
      name: 'without saying of whom',
      env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '1000' },
      is: { socket, watchdog: 1 },
    },
    {
      name: 'that wants to hear of another',
      env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '2000000', WATCHDOG_PID: '41' },
      is: { socket, watchdog: undefined },
    },
    {
      name: 'with a time that is none',
      env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '0' },
      is: { socket, watchdog: undefined },
    },
  ])('$name', ({ env, is }, { expect }) => {
    expect(parseSupervisor(env, 42)).toEqual(is)
  })
})
