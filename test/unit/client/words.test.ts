import { describe, expect, it } from 'vitest'
import { parseMount, parseVolume } from '../../../src/client/bind-wish.ts'
import { buildEnvironment } from '../../../src/client/environment.ts'
import { exitStatus } from '../../../src/client/exit-status.ts'
import { ownPlaces } from '../../../src/client/own-places.ts'
import { parseReference } from '../../../src/client/reference.ts'
import { feels } from '../../../src/client/unfelt.ts'
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

describe('a bind', () => {
  it.for([
    { words: '/a:/b', expected: { source: '/a', target: '/b', readOnly: false } },
    { words: './a:/b:ro', expected: { source: './a', target: '/b', readOnly: true } },
    { words: '/a:/b:rw,cached', expected: { source: '/a', target: '/b', readOnly: false } },
  ])('-v $words is understood', ({ words, expected }) => {
    expect(parseVolume(words)).toEqual(expected)
  })
  it.for([
    { words: 'name:/b', why: 'named volumes' },
    { words: '/b', why: 'anonymous volumes' },
    { words: '/a:b', why: 'must begin with /' },
    { words: '/a:/b:Z', why: 'relabelling' },
    { words: '/a:/b:rshared', why: 'rshared' },
    { words: '/a:/b:ro:x', why: '/src:/dst' },
  ])('-v $words is refused with a reason', ({ words, why }) => {
    expect(() => parseVolume(words)).toThrow(why)
  })
  it.for([
    { words: 'type=bind,source=/a,target=/b', expected: { source: '/a', target: '/b', readOnly: false } },
    { words: 'type=bind,src=/a,dst=/b,readonly', expected: { source: '/a', target: '/b', readOnly: true } },
    {
      words: 'type=bind,"src=/a,b",destination=/b,ro=false',
      expected: { source: '/a,b', target: '/b', readOnly: false },
    },
  ])('--mount $words is understood', ({ words, expected }) => {
    expect(parseMount(words)).toEqual(expected)
  })
  it.for([
    { words: 'source=/a,target=/b', why: 'type=volume' },
    { words: 'type=bind,source=/a', why: 'target' },
    { words: 'type=bind,source=/a,target=/b,bind-propagation=shared', why: 'bind-propagation' },
    { words: 'type=bind,source=/a,target=/b,ro=maybe', why: 'true or false' },
  ])('--mount $words is refused with a reason', ({ words, why }) => {
    expect(() => parseMount(words)).toThrow(why)
  })
})

describe('the working directory', () => {
  const home = { source: '/home/alice', target: '/home/alice' }
  it.for([
    { name: 'below the home is not bound again', cwd: '/home/alice/p', places: [home], workdir: '/home/alice/p' },
    {
      name: 'elsewhere is bound at its own path',
      cwd: '/scratch/p',
      places: [home, { source: '/scratch/p', target: '/scratch/p' }],
      workdir: '/scratch/p',
    },
    { name: 'above the home is left out', cwd: '/home', places: [home], workdir: undefined },
    {
      name: 'with a name that only begins like the home is bound',
      cwd: '/home/alice2',
      places: [home, { source: '/home/alice2', target: '/home/alice2' }],
      workdir: '/home/alice2',
    },
    { name: 'in a system folder is left out', cwd: '/usr/share', places: [home], workdir: undefined },
    {
      name: 'in /var/tmp is bound',
      cwd: '/var/tmp/x',
      places: [home, { source: '/var/tmp/x', target: '/var/tmp/x' }],
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

describe('the environment', () => {
  it('takes files first, passes bare names on from the caller, and leaves out what the caller has not', () => {
    expect(buildEnvironment(['# c\n\n A=1\r\nB\n'], ['C=', 'D', 'B'], { B: 'b' })).toEqual(['A=1', 'B=b', 'C=', 'B=b'])
  })
  it.for([['=x'], ['']])('refuses %s', (words) => {
    expect(() => buildEnvironment([], words, {})).toThrow('invalid environment variable')
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

it.for([
  { newest: '1.41', version: '1.41' },
  { newest: '1.47', version: '1.47' },
  { newest: '1.52', version: '1.47' },
])('an engine of API $newest is spoken to in $version', ({ newest, version }) => {
  expect(chooseVersion(newest)).toBe(version)
})
it.for(['1.40', '', '2.0'])('an engine of API "%s" is refused', (newest) => {
  expect(() => chooseVersion(newest)).toThrow(/needed|not a Docker engine/)
})
