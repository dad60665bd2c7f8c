import { expect, it } from 'vitest'
import { buildCreateBody, buildProbeBody, type Surroundings } from '../../../src/client/create-body.ts'
import { parseRun } from '../../../src/client/run-request.ts'
import type { Account } from '../../../src/contract/identity.ts'

const account: Account = {
  login: 'alice',
  uid: 1001,
  gid: 100,
  groups: [
    { gid: 100, name: 'users' },
    { gid: 30, name: 'b' },
    { gid: 20, name: 'a' },
  ],
  gecos: '',
  home: '/home/alice',
  shell: '/bin/bash',
}
const around: Surroundings = {
  account,
  image: { id: 'sha256:1', entrypoint: ['/init'], command: ['serve'], environment: ['HOME=/root'], workdir: '' },
  environment: [],
  labels: {},
  apiVersion: 45,
  binds: [],
  workdir: '/home/alice',
  hasShell: true,
  hasOwnShell: false,
}

const requestOf = (argv: readonly string[]) => {
  const request = parseRun(argv)
  if (typeof request === 'string') throw new Error(request)
  return request
}

const build = (argv: readonly string[], other: Partial<Surroundings> = {}) =>
  buildCreateBody(requestOf(argv), { ...around, ...other })

const identity = {
  User: '1001:100',
  HostConfig: { SecurityOpt: ['no-new-privileges'], CapDrop: ['ALL'], GroupAdd: ['20', '30'], UsernsMode: 'host' },
}

it('says who the user is, in numbers, whatever is asked', () => {
  expect(build(['img'])).toMatchObject({ ...identity, Labels: { 'dockerrun.owner': 'alice' } })
  expect(build(['-l', 'dockerrun.owner=root', 'img'])).toMatchObject({ Labels: { 'dockerrun.owner': 'alice' } })
})

it('probes with the same identity, no mounts, and nothing but `true`', () => {
  expect(buildProbeBody(requestOf(['img']), account)).toEqual({
    Image: 'img',
    ...identity,
    Labels: { 'dockerrun.owner': 'alice' },
    Cmd: ['true'],
  })
})

it('probes with the limits that were asked for, since policy may want them', () => {
  const request = requestOf(['-m', '32m', '--cpus', '1', '--network', 'none', '-v', '/etc:/a', 'img'])
  expect(buildProbeBody(request, account)).toMatchObject({
    HostConfig: { Memory: 32 * 1024 * 1024, NanoCpus: 1e9, NetworkMode: 'none' },
  })
  expect(JSON.stringify(buildProbeBody(request, account))).not.toContain('Mounts')
})

it.for([
  { name: "the image's entrypoint and command", argv: ['img'], command: ['/init', 'serve'] },
  {
    name: "the image's entrypoint with a command of one's own",
    argv: ['img', 'x', '-y'],
    command: ['/init', 'x', '-y'],
  },
  {
    name: "an entrypoint of one's own without the image's command",
    argv: ['--entrypoint', 'e', 'img'],
    command: ['e'],
  },
  { name: 'no entrypoint at all', argv: ['--entrypoint', '', 'img', 'x'], command: ['x'] },
])('runs $name through entrypoint.sh', ({ argv, command }) => {
  expect(build(argv)).toMatchObject({
    Entrypoint: ['/bin/sh', '/.dockerrun/entrypoint.sh'],
    Cmd: command,
    WorkingDir: '/',
  })
})

it('leaves the command to the engine where the image has no shell', () => {
  const body = build(['--entrypoint', 'e', 'img', 'x'], { hasShell: false })
  expect(body).toMatchObject({ Entrypoint: ['e'], Cmd: ['x'], WorkingDir: '' })
  expect(build(['img'], { hasShell: false })).not.toHaveProperty('Cmd')
})

it('refuses to run nothing', () => {
  expect(() => build(['--entrypoint', '', 'img'])).toThrow('no command specified')
})

it.for([
  { name: "sets HOME over the image's", environment: [], has: 'HOME=/home/alice', hasNot: 'HOME=/root' },
  { name: 'leaves a HOME given by -e', environment: ['HOME=/x'], has: 'HOME=/x', hasNot: 'DOCKERRUN_HOME=/home/alice' },
])('$name', ({ environment, has, hasNot }) => {
  const { Env } = build(['img'], { environment })
  expect(Env).toContain(has)
  expect(Env).not.toContain(hasNot)
})

it('hands variables to env(1) that a shell would drop', () => {
  expect(build(['img', 'x'], { environment: ['discovery.type=single', 'A=1'] })).toMatchObject({
    Cmd: ['env', 'discovery.type=single', '/init', 'x'],
  })
})

it('hands env(1) nothing that it would take for an option or a command', () => {
  const environment = ['-x=1', '--split-string=a', 'alone', 'A=1']
  expect(build(['img', 'x'], { environment })).toMatchObject({ Cmd: ['/init', 'x'] })
})

it.for([
  { argv: ['--network', 'a', '--net', 'b', 'img'], mode: 'a' },
  { argv: ['--net', 'b', '--network', 'a', 'img'], mode: 'b' },
])('the first of $argv is the network mode', ({ argv, mode }) => {
  expect(build(argv)).toMatchObject({ HostConfig: { NetworkMode: mode } })
})

it('binds by Mounts alone, and what is read-only without what is mounted below', () => {
  const binds: Surroundings['binds'] = [
    { source: '/home/alice', target: '/home/alice', readOnly: false },
    { source: '/data', target: '/in', readOnly: true },
    {
      source: '/disk',
      target: '/top',
      readOnly: false,
      mount: { Type: 'bind', Source: 'disk', Target: '/top', BindOptions: { NonRecursive: true } },
    },
  ]
  expect(build(['img'], { binds })).toMatchObject({
    HostConfig: {
      Mounts: [
        { Type: 'bind', Source: '/home/alice', Target: '/home/alice' },
        { Type: 'bind', Source: '/data', Target: '/in', ReadOnly: true, BindOptions: { NonRecursive: true } },
        { Type: 'bind', Source: '/disk', Target: '/top', BindOptions: { NonRecursive: true } },
      ],
    },
  })
})

it.for([
  { argv: ['-i', 'img'], streams: { OpenStdin: true, StdinOnce: true, AttachStdin: true, AttachStdout: true } },
  {
    argv: ['-d', '-i', 'img'],
    streams: { OpenStdin: true, StdinOnce: false, AttachStdin: false, AttachStdout: false },
  },
  { argv: ['-t', 'img'], streams: { Tty: true, OpenStdin: false, AttachStdin: false, AttachStderr: true } },
])('opens the streams of $argv as docker does', ({ argv, streams }) => {
  expect(build(argv)).toMatchObject(streams)
})
