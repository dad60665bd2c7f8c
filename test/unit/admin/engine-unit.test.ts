import { expect, it } from 'vitest'
import { findEngineLine, withoutHosts } from '../../../src/admin/engine-unit.ts'

it.for([
  { name: 'none', texts: ['[Unit]\nDescription=x\n'], line: undefined },
  {
    name: 'the one',
    texts: ['[Service]\nExecStart=/usr/sbin/dockerd -H fd:// $DOCKER_OPTS\n'],
    line: '/usr/sbin/dockerd -H fd:// $DOCKER_OPTS',
  },
  {
    name: "a drop-in's",
    texts: ['ExecStart=/a\n', '[Service]\nExecStart=\nExecStart=/b --debug\n'],
    line: '/b --debug',
  },
  { name: 'one on two lines', texts: ['ExecStart=/a \\\n  --debug\n'], line: '/a    --debug' },
  { name: 'not what is run besides', texts: ['ExecStartPre=/x\n#ExecStart=/y\nExecStart = /a\n'], line: '/a' },
])('finds in the unit what starts the engine: $name', ({ texts, line }) => {
  expect(findEngineLine(texts)).toBe(line)
})

it.for([
  { line: '/usr/bin/dockerd -H fd:// --containerd=/run/c.sock', left: '/usr/bin/dockerd --containerd=/run/c.sock' },
  {
    line: '/usr/bin/dockerd -Hfd:// --host=tcp://0.0.0.0:2375 --host unix:///x -H=unix:///y $DOCKER_OPTS',
    left: '/usr/bin/dockerd $DOCKER_OPTS',
  },
  { line: '/usr/bin/dockerd --debug', left: '/usr/bin/dockerd --debug' },
])('takes the hosts from $line', ({ line, left }) => {
  expect(withoutHosts(line)).toBe(left)
})
