import { describe, expect, it } from 'vitest'
import {
  findConflicts,
  formatDaemon,
  mergeDaemon,
  parseDaemon,
  unmergeDaemon,
  type Daemon,
} from '../../../src/admin/daemon-json.ts'
import { diffLines } from '../../../src/admin/line-diff.ts'

const wanted = {
  plugin: 'dockerrun',
  runtime: '/opt/d/runtime',
  host: 'tcp://127.0.0.1:2376',
  pki: '/etc/pki',
  group: 'root',
  isRemapped: false,
}
const full: Daemon = {
  'data-root': '/data/docker',
  'log-opts': { 'max-size': '10m' },
  'authorization-plugins': ['opa'],
  runtimes: { nvidia: { path: '/usr/bin/nvidia-container-runtime', runtimeArgs: ['x'] } },
  hosts: ['unix:///var/run/docker.sock'],
  'default-address-pools': [{ base: '10.9.0.0/16', size: 24 }],
}

describe('what is merged into daemon.json', () => {
  it("leaves all of a site's own keys as they are, in their order", () => {
    const merged = mergeDaemon(full, wanted)
    expect(merged).toMatchObject({
      ...full,
      'authorization-plugins': ['opa', 'dockerrun'],
      runtimes: { ...(full['runtimes'] as object), dockerrun: { path: '/opt/d/runtime' } },
      hosts: ['unix:///var/run/docker.sock', 'tcp://127.0.0.1:2376'],
      'default-runtime': 'dockerrun',
      tlsverify: true,
      tlskey: '/etc/pki/server/key.pem',
    })
    expect(Object.keys(merged).slice(0, 6)).toEqual(Object.keys(full))
  })

  it('is nothing the second time', () => {
    const merged = mergeDaemon(full, wanted)
    expect(JSON.stringify(mergeDaemon(merged, wanted))).toBe(JSON.stringify(merged))
  })

  it.for([
    { name: 'a full one', before: full },
    { name: 'an empty one', before: {} },
    { name: 'one that had a TCP host already', before: { hosts: ['unix:///x', 'tcp://127.0.0.1:2376'] } },
    { name: 'one whose default was runc by name', before: { 'default-runtime': 'runc' } },
  ])('is taken out again: $name is as it was', ({ before }) => {
    expect(unmergeDaemon(mergeDaemon(before, wanted), wanted, before)).toEqual(before)
  })

  it('takes out no more than it brought', () => {
    const later = { ...mergeDaemon({}, wanted), debug: true, 'authorization-plugins': ['dockerrun', 'other'] }
    expect(unmergeDaemon(later, wanted, {})).toEqual({ debug: true, 'authorization-plugins': ['other'] })
  })
})

it.for([
  { daemon: { 'default-runtime': 'nvidia' }, conflict: /default-runtime is "nvidia": containers of users/ },
  { daemon: { hosts: ['fd://'] }, conflict: /hosts has fd:/ },
  { daemon: { hosts: ['tcp://0.0.0.0:2375'] }, conflict: /hosts has tcp:\/\/0\.0\.0\.0:2375 too/ },
  { daemon: { tlscert: '/x.pem' }, conflict: /tlscert is "\/x\.pem"/ },
  { daemon: { tls: true }, conflict: /tls is on without tlsverify/ },
  {
    daemon: { runtimes: { dockerrun: { path: '/usr/bin/runc' } } },
    conflict: /runtimes\.dockerrun is another program/,
  },
])('names the conflict with $daemon', ({ daemon, conflict }) => {
  expect(findConflicts(daemon, wanted).join()).toMatch(conflict)
})

it('finds no conflict with itself', () => {
  expect(findConflicts(mergeDaemon(full, wanted), wanted)).toEqual([])
})

it.for([
  { text: '{\n  "a": 1,\n  "b" 2\n}\n', place: 'line 3, column 7' },
  { text: '{"a": 1', place: 'line 1, column 8' },
  { text: '[]', place: 'line 1, column 1: expected an object' },
])('says where $text is no JSON', ({ text, place }) => {
  expect(() => parseDaemon(text, '/etc/docker/daemon.json')).toThrow(`/etc/docker/daemon.json: ${place}`)
})

it('takes a file that is not there, or empty, for an empty object', () => {
  expect([parseDaemon(undefined, ''), parseDaemon(' \n', '')]).toEqual([{}, {}])
  expect(formatDaemon({ a: 1 })).toBe('{\n  "a": 1\n}\n')
})

it.for([
  { before: 'a\nb\nc\n', after: 'a\nx\nc\nd\n', lines: [' a', '-b', '+x', ' c', '+d'] },
  { before: '', after: 'a\n', lines: ['+a'] },
  { before: 'a\n', after: '', lines: ['-a'] },
  { before: 'a\n', after: 'a\n', lines: [' a'] },
])('shows what changes from $before to $after', ({ before, after, lines }) => {
  expect(diffLines(before, after)).toEqual(lines)
})
