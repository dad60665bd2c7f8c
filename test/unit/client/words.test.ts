import { describe, expect, it } from 'vitest'
import { exitStatus } from '../../../src/client/exit-status.ts'
import { ownPlaces, placesBeside } from '../../../src/client/own-places.ts'
import { parseReference } from '../../../src/client/reference.ts'
import { feels, isOf } from '../../../src/client/unfelt.ts'
import { chooseVersion } from '../../../src/client/api.ts'

describe('an image reference', () => {
  it.for([
    { image: 'busybox', name: 'busybox', tag: 'latest' },
    { image: 'centos:7', name: 'centos', tag: '7' },
    { image: 'localhost:5000/a/b:c', name: 'localhost:5000/a/b', tag: 'c' },
    { image: 'localhost:5000/a', name: 'localhost:5000/a', tag: 'latest' },
    { image: 'docker.io/library/busybox', name: 'busybox', tag: 'latest' },
    { image: `a/b:c@sha256:${'0'.repeat(64)}`, name: 'a/b', tag: `sha256:${'0'.repeat(64)}` },
  ])('$image is pulled as docker pulls it', ({ image, ...expected }) => {
    expect(parseReference(image)).toEqual(expected)
  })
  it.for(['Busybox', 'a b', '../x', 'a?b', 'a%2fb', 'a/', ''])('%s is refused before anything is sent', (image) => {
    expect(() => parseReference(image)).toThrow('invalid reference format')
  })
})

describe('the working directory', () => {
  const home = { source: '/home/alice', target: '/home/alice', kind: 'home' }
  it.for([
    { name: 'below the home is not bound again', cwd: '/home/alice/p', places: [home], workdir: '/home/alice/p' },
    {
      name: 'elsewhere is bound at its own path',
      cwd: '/scratch/p',
      places: [home, { source: '/scratch/p', target: '/scratch/p', kind: 'cwd' }],
      workdir: '/scratch/p',
    },
    { name: 'above the home is left out', cwd: '/home', places: [home], workdir: undefined },
    {
      name: 'with a name that only begins like the home is bound',
      cwd: '/home/alice2',
      places: [home, { source: '/home/alice2', target: '/home/alice2', kind: 'cwd' }],
      workdir: '/home/alice2',
    },
    { name: 'in a system folder is left out', cwd: '/usr/share', places: [home], workdir: undefined },
    {
      name: 'in /var/tmp is bound',
      cwd: '/var/tmp/x',
      places: [home, { source: '/var/tmp/x', target: '/var/tmp/x', kind: 'cwd' }],
      workdir: '/var/tmp/x',
    },
    { name: 'that is gone is left out', cwd: undefined, places: [home], workdir: undefined },
  ])('$name', ({ cwd, places, workdir }) => {
    expect(ownPlaces('/home/alice', '/home/alice', cwd)).toEqual({ places, workdir })
  })
  it('is found through a home that is a link', () => {
    expect(ownPlaces('/home/alice', '/nfs/a', '/nfs/a/p').workdir).toBe('/home/alice/p')
  })
  it.for(['/', '/dev', '/usr/sbin'])('never brings along the home %s', (path) => {
    expect(ownPlaces(path, path, undefined).places).toEqual([])
  })
})

describe('beside what one binds oneself', () => {
  const home = { source: '/home/alice', target: '/home/alice', kind: 'home' } as const
  const cwd = { source: '/project/p', target: '/project/p', kind: 'cwd' } as const
  const around = { places: [home, cwd], workdir: '/project/p' }

  it.for([
    { name: 'home and working directory stay', targets: ['/data', '/home/alice2', '/'], left: [home, cwd] },
    { name: 'the home gives way to a bind in its place', targets: ['/home/alice'], left: [cwd] },
    { name: 'the working directory gives way to a bind in its place', targets: ['/project/p'], left: [home] },
    { name: 'the working directory gives way to a bind around it', targets: ['/project'], left: [home] },
  ])('$name', ({ targets, left }) => {
    expect(placesBeside(around, targets)).toEqual(left)
  })

  it.for([
    { target: '/home/alice/sub', workdir: '/project/p', hint: 'leave your home out with --no-home' },
    { target: '/home', workdir: '/project/p', hint: 'leave your home out with --no-home' },
    { target: '/home/alice/p/x', workdir: '/home/alice/p', hint: 'with --no-home --no-cwd' },
    { target: '/project/p/data', workdir: '/project/p', hint: 'leave the working directory out with --no-cwd' },
  ])('$target cannot be, and the way out is named', ({ target, workdir, hint }) => {
    expect(() => placesBeside({ ...around, workdir }, [target])).toThrow(
      expect.objectContaining({ status: 125, hint: expect.stringContaining(hint) as string }),
    )
  })
})

describe('the exit status', () => {
  it.for([
    { name: "is the command's", outcome: { kind: 'exited', code: 7, replaced: undefined }, status: 7 },
    {
      name: 'is that of the signal KILL stood in for',
      outcome: { kind: 'exited', code: 137, replaced: 'SIGINT' },
      status: 130,
    },
    {
      name: "is the command's when it ended before that KILL",
      outcome: { kind: 'exited', code: 0, replaced: 'SIGINT' },
      status: 0,
    },
    {
      name: 'is the signal when nothing had been started',
      outcome: { kind: 'interrupted', signal: 'SIGTERM' },
      status: 143,
    },
    { name: 'is 0 when the container is left running', outcome: { kind: 'left-running' }, status: 0 },
  ] as const)('$name', ({ outcome, status }) => {
    expect(exitStatus(outcome)).toBe(status)
  })
})

describe('a signal to pid 1', () => {
  const none = '0000000000000000'
  const term = '0000000000004000'
  const status = (masks: Record<string, string>, pids = '77 1') =>
    new Map(Object.entries({ NSpid: pids, SigCgt: none, SigIgn: none, SigBlk: none, ...masks }))
  it.for([
    { name: 'is not felt without a handler', facts: status({}), feeling: 'unfelt' },
    { name: 'is felt when caught', facts: status({ SigCgt: term }), feeling: 'felt' },
    { name: 'is felt when ignored, blocked or not', facts: status({ SigIgn: term, SigBlk: term }), feeling: 'felt' },
    { name: 'may be felt when blocked, as inits do', facts: status({ SigBlk: term }), feeling: 'blocked' },
    { name: 'is not felt when another is caught', facts: status({ SigCgt: '0000000000000002' }), feeling: 'unfelt' },
    { name: "is felt in the host's pid namespace", facts: status({}, '77'), feeling: 'felt' },
    { name: 'is felt by a process that is not the first', facts: status({}, '77 12'), feeling: 'felt' },
    { name: 'is just forwarded where nothing can be read', facts: new Map<string, string>(), feeling: 'felt' },
  ])('$name', ({ facts, feeling }) => {
    expect(feels(facts, 'SIGTERM')).toBe(feeling)
  })
})

describe('a process number', () => {
  const id = 'ab'.repeat(32)
  it.for([
    { name: 'is of the container whose id is in its cgroup', cgroups: `0::/docker/${id}\n`, here: true },
    { name: 'is so with the systemd driver', cgroups: `0::/system.slice/docker-${id}.scope\n`, here: true },
    { name: 'is not of another', cgroups: `0::/docker/${'cd'.repeat(32)}\n`, here: false },
    { name: 'is not of one that is gone', cgroups: '', here: false },
  ])('$name', ({ cgroups, here }) => {
    expect(isOf(cgroups, id)).toBe(here)
  })
  it('is of nobody where no id is known', () => {
    expect(isOf('0::/user.slice\n', '')).toBe(false)
  })
})

it.for([
  { newest: '1.41', version: '1.41' },
  { newest: '1.47', version: '1.47' },
  { newest: '1.51', version: '1.51' },
  { newest: '1.52', version: '1.51' },
])('an engine of API $newest is spoken to in $version', ({ newest, version }) => {
  expect(chooseVersion(newest)).toBe(version)
})
it.for(['1.40', '', '2.0'])('an engine of API "%s" is refused', (newest) => {
  expect(() => chooseVersion(newest)).toThrow(/needed|not a Docker engine/)
})
