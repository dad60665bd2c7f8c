/** Both sides meet: what the client builds is allowed for its owner, and denied for anyone else who would send it. */
import { describe, it } from 'vitest'
import type { Account } from '../../src/contract/identity.ts'
import { buildCreateBody, buildProbeBody } from '../../src/client/create-body.ts'
import { parseRun } from '../../src/client/run-request.ts'
import type { PathFact } from '../../src/policy/facts.ts'
import { alice, create } from '../support/requests.ts'

const bob: Account = { ...alice, login: 'bob', uid: 2002, gid: 2002, groups: [{ gid: 2002, name: 'bob' }] }
const image = { id: 'sha256:00', entrypoint: [], command: ['sh'], environment: ['PATH=/bin'], workdir: '/srv' }
const file: PathFact = { kind: 'file', canonical: true, own: false, opens: true, fixed: true }
const paths = new Map<string, PathFact>([
  ['/home/alice', { kind: 'directory', canonical: true, own: true, opens: true, fixed: true }],
  ['/srv/site', { kind: 'directory', canonical: true, own: false, opens: true, fixed: true }],
  ['/cache/passwd', file],
  ['/cache/group', file],
  ['/package/entrypoint', { kind: 'directory', canonical: true, own: false, opens: true, fixed: true }],
])
const binds = [
  { source: '/home/alice', target: '/home/alice', readOnly: false },
  { source: '/srv/site', target: '/srv/site', readOnly: true },
  { source: '/cache/passwd', target: '/etc/passwd', readOnly: true },
  { source: '/cache/group', target: '/etc/group', readOnly: true },
  { source: '/package/entrypoint', target: '/.dockerrun', readOnly: true },
]

function requestOf(line: string) {
  const request = parseRun(line.split(' '))
  if (typeof request === 'string') throw new Error('no run')
  return request
}

function bodyOf(line: string, hasShell: boolean) {
  const request = requestOf(line)
  const around = {
    account: alice,
    image,
    environment: [],
    labels: {},
    apiVersion: 45,
    binds,
    workdir: '/home/alice/work',
    hasShell,
    hasOwnShell: true,
  }
  return buildCreateBody(request, hasShell ? around : { ...around, workdir: '/srv' })
}

describe.for([{ hasShell: true }, { hasShell: false }])(
  'a create body (an image with a shell: $hasShell)',
  ({ hasShell }) => {
    it.for([
      'busybox id',
      '-i busybox cat',
      '-it busybox',
      '-d --name web busybox sleep 1000',
      '--rm -e A=b -l c=d -h host busybox id',
      '--entrypoint echo busybox a',
      '--network none busybox id',
      '--network host --init --read-only busybox id',
      '-w /tmp --no-home --no-cwd busybox pwd',
      '--group-add 3000 -u 2001:2001 busybox id',
    ])('of dockerrun %s', (line, { expect }) => {
      const body = bodyOf(line, hasShell)
      expect(create(body, { paths })).toMatchObject({ verdict: 'allow' })
      expect(create(body, { paths, remapped: true })).toMatchObject({ verdict: 'allow' })
      expect(create(body, { paths, caller: { kind: 'user', account: bob } })).toMatchObject({ verdict: 'deny' })
    })
  },
)

it("the probe's body, which has no mounts at all", ({ expect }) => {
  const body = buildProbeBody(requestOf('busybox'), alice)
  expect(create(body)).toMatchObject({ verdict: 'allow' })
  expect(create(body, { caller: { kind: 'user', account: bob } })).toMatchObject({ verdict: 'deny' })
  expect(JSON.stringify(body)).not.toContain('Mounts')
})
