import { expect, it } from 'vitest'
import { engineFailure, startFailure } from '../../../src/host/engine-errors.ts'

it.for([
  {
    name: 'shows why a gate denies',
    status: 403,
    text: 'authorization denied by plugin dockerrun: HostConfig.Privileged: a privileged container is root on the host',
    expected: { code: 'engine-refused', message: 'HostConfig.Privileged: a privileged container is root on the host' },
  },
  {
    name: 'knows a gate that is down',
    status: 500,
    text: 'plugin dockerrun failed with error: Post "http://plugin.sock/AuthZPlugin.AuthZReq": dial unix: connect: connection refused',
    expected: { code: 'engine-failed', message: expect.stringContaining('gate') as string },
  },
  {
    name: 'shows anything else as it is',
    status: 409,
    text: 'Conflict.',
    expected: { message: 'Conflict.', status: 125 },
  },
  { name: 'has words for an empty answer', status: 502, text: '', expected: { message: 'the engine answered 502' } },
])('$name', ({ status, text, expected }) => {
  expect(engineFailure(status, text)).toMatchObject(expected)
})

const runc =
  'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: '

it.for([
  { text: `${runc}exec: "nosuch": executable file not found in $PATH: unknown`, status: 127 },
  { text: `${runc}exec: "/x": stat /x: no such file or directory: unknown`, status: 127 },
  { text: `${runc}exec: "/etc/passwd": permission denied: unknown`, status: 126 },
  { text: `${runc}exec: "/etc": is a directory: permission denied: unknown`, status: 126 },
  { text: 'error mounting "/x": no such file or directory: unknown', status: 125 },
  { text: 'authorization denied by plugin x: /x: permission denied', status: 125 },
])('a start that fails with "$text" ends with $status', ({ text, status }) => {
  expect(startFailure(400, text).status).toBe(status)
})
