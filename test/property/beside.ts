/** What is asked beside creating and starting: execs, and things that are another's. */
import type { Flavor } from './good.ts'
import type { Point, Values } from './points.ts'

export const execValues = (flavor: Flavor): Values => ({
  ...(flavor === 'remapped' ? { User: ['', '0', '2001', 'nobody'] } : { User: ['', '2001:2001'] }),
  WorkingDir: ['', '/', '/tmp'],
  Env: [null, [], ['A=b']],
  Cmd: [['sleep', '1000']],
  ConsoleSize: [null, [24, 80]],
  DetachKeys: ['', 'ctrl-x'],
})

export const badExecsOf = (flavor: Flavor): readonly Point[] => [
  ...(flavor === 'remapped' ? [] : ['0', '0:0', 'root', '2002:2002', '2001', '2001:0', 'nobody']).map((value) => ({
    way: 'User',
    value,
  })),
  { way: 'Privileged', value: true },
  { way: 'privileged', value: true },
  { way: 'WorkingDir', value: '/proc/self/fd/7' },
  { way: 'Unknown', value: 1 },
]

/** `by` asks; none of it is theirs, so that nothing of it may be done. @this@ is the container that alice has just made. */
export type Request = {
  readonly by: 'alice' | 'bob'
  readonly method: string
  readonly path: string
  readonly body?: unknown
}

const containers = (by: Request['by'], id: string): readonly Request[] => [
  ...['start', 'stop?t=0', 'kill', 'restart?t=0', 'pause', 'rename?name=taken-@case@', 'wait', 'resize?h=1&w=1'].map(
    (verb) => ({
      by,
      method: 'POST',
      path: `/containers/${id}/${verb}`,
    }),
  ),
  ...[
    'json',
    'logs?stdout=1&tail=1',
    'top',
    'stats?stream=0',
    'changes',
    'archive?path=/etc/passwd',
    'archive?path=/',
  ].map((what) => ({
    by,
    method: 'GET',
    path: `/containers/${id}/${what}`,
  })),
  { by, method: 'POST', path: `/containers/${id}/exec`, body: { Cmd: ['id'] } },
  { by, method: 'POST', path: `/containers/${id}/update`, body: { CpuShares: 2 } },
  { by, method: 'POST', path: `/commit?container=${id}&repo=localhost/${by}/x` },
  { by, method: 'DELETE', path: `/containers/${id}?force=1` },
]

export const foreign: readonly Request[] = [
  ...['bobs', '@bobs@', '@bobs12@', 'roots'].flatMap((id) => containers('alice', id)),
  ...containers('bob', '@this@'),
  ...['bobdata', 'rootdata'].flatMap((name): readonly Request[] => [
    { by: 'alice', method: 'GET', path: `/volumes/${name}` },
    { by: 'alice', method: 'DELETE', path: `/volumes/${name}` },
    { by: 'alice', method: 'POST', path: '/volumes/create', body: { Name: name } },
  ]),
  ...['bobnet', '@bobnet@', 'rootnet'].flatMap((name): readonly Request[] => [
    { by: 'alice', method: 'GET', path: `/networks/${name}` },
    { by: 'alice', method: 'POST', path: `/networks/${name}/connect`, body: { Container: 'hers' } },
    { by: 'alice', method: 'POST', path: `/networks/${name}/disconnect`, body: { Container: 'bobs' } },
    { by: 'alice', method: 'DELETE', path: `/networks/${name}` },
  ]),
  { by: 'alice', method: 'POST', path: '/networks/hernet/connect', body: { Container: 'bobs' } },
  {
    by: 'alice',
    method: 'POST',
    path: '/volumes/create',
    body: { Name: 'v-@case@', DriverOpts: { type: 'none', o: 'bind', device: '/' } },
  },
  { by: 'alice', method: 'POST', path: '/networks/create', body: { Name: 'n-@case@', Driver: 'macvlan' } },
  { by: 'alice', method: 'POST', path: '/containers/prune' },
  { by: 'alice', method: 'POST', path: '/images/busybox/tag?repo=busybox2' },
  { by: 'alice', method: 'DELETE', path: '/images/busybox' },
]
