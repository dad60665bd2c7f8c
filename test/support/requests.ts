/** Requests as the engine shows them to a gate, and facts about a small world: alice, who asks, and bob, who has things too. */
import type { WireRequest } from '../../src/contract/authz.ts'
import type { Account } from '../../src/contract/identity.ts'
import { decide } from '../../src/policy/decide.ts'
import type { ContainerRecord, Facts, FinalContainer, PathFact } from '../../src/policy/facts.ts'
import { defaultGrants, type Grants } from '../../src/policy/grants.ts'
import { parseRequest } from '../../src/policy/request.ts'
import type { Decision } from '../../src/policy/rule.ts'
import { aliceCertificate } from '../fixtures/alice-certificate.ts'

export const alice: Account = {
  login: 'alice',
  uid: 2001,
  gid: 2001,
  groups: [
    { gid: 2001, name: 'alice' },
    { gid: 3000, name: 'beam' },
  ],
  gecos: 'Alice',
  home: '/home/alice',
  shell: '/bin/bash',
}

export const bob: Account = {
  ...alice,
  login: 'bob',
  uid: 2002,
  gid: 2002,
  groups: [{ gid: 2002, name: 'bob' }],
  home: '/home/bob',
}

export const ids = { hers: 'a'.repeat(64), bobs: 'b'.repeat(64), exec: 'e'.repeat(64), net: 'd'.repeat(64) }

export const record = (change: Partial<ContainerRecord> = {}): ContainerRecord => ({
  id: ids.hers,
  name: 'hers',
  owner: alice.uid,
  login: 'alice',
  image: 'busybox',
  ids: 'own',
  binds: [],
  phase: 'created',
  sharesVolumes: false,
  ...change,
})

const own: PathFact = { kind: 'directory', canonical: true, own: true, opens: true, fixed: false }

/** What the engine would start. */
export const final = (change: Partial<FinalContainer> = {}): FinalContainer => ({
  hasRun: false,
  healthIntervals: [],
  workingDir: '/',
  mounts: [],
  networkMode: 'default',
  pidMode: '',
  ipcMode: 'private',
  networks: ['bridge'],
  ...change,
})

/** What alice sees of the host's paths. */
export const paths = new Map<string, PathFact>([
  ['/home/alice', { ...own, fixed: true }],
  ['/home/alice/file', { ...own, kind: 'file' }],
  ['/home/alice/link', { ...own, canonical: false }],
  ['/home/bob', { kind: 'unreachable' }],
  ['/srv/barred', { ...own, own: false, opens: false }],
  ['/usr/share', { ...own, own: false }],
  ['/tmp', { ...own, own: false }],
  ['/data/docker/x', own],
  ['/data', own],
  ['/var/lib', own],
  ['/home/alice/disk', { ...own, kind: 'device' }],
  ['/sys/fs/cgroup/memory/slurm/uid_2001/job_7', { kind: 'cgroup', members: 'own' }],
  ['/sys/fs/cgroup/freezer/slurm/uid_2001/job_7', { kind: 'cgroup', members: 'none' }],
  ['/sys/fs/cgroup/memory/memory/slurm/uid_2001/job_7', { kind: 'unreachable' }],
  ['/sys/fs/cgroup/memory/slurm/uid_2002/job_8', { kind: 'cgroup', members: 'others' }],
  // By its name it is hers.
  ['/sys/fs/cgroup/memory/slurm/uid_2001/job_9', { kind: 'cgroup', members: 'own' }],
  ['/sys/fs/cgroup/freezer/slurm/uid_2001/job_9', { kind: 'cgroup', members: 'others' }],
  ['/sys/fs/cgroup/memory/slurm/uid_2001/job_10', { kind: 'cgroup', members: 'none' }],
])

/** What policy grants alice, besides what an empty one does. */
export const grants = (change: Partial<Grants> = {}): Grants => ({ ...defaultGrants, ...change })

/** Alice has `hers`, the network `hernet` and the volume `herdata`; bob has `bobs`, `bobnet` and `bobdata`; `sitenet` is the site's. */
export const facts = (change: Partial<Facts> = {}): Facts => ({
  caller: { kind: 'user', account: alice },
  grants: grants(),
  remapped: false,
  isGuarded: false,
  container: record(),
  exec: { user: '', isPrivileged: false },
  final: final(),
  ownContainers: new Map([
    ['hers', record()],
    [ids.hers, record()],
  ]),
  networks: new Map([
    ['hernet', { id: ids.net, name: 'hernet', whose: 'own' }],
    [ids.net, { id: ids.net, name: 'hernet', whose: 'own' }],
    ['bobnet', { id: ids.bobs, name: 'bobnet', whose: 'other' }],
    [ids.bobs, { id: ids.bobs, name: 'bobnet', whose: 'other' }],
    ['sitenet', { id: ids.exec, name: 'sitenet', whose: 'site' }],
    [ids.exec, { id: ids.exec, name: 'sitenet', whose: 'site' }],
  ]),
  volumes: new Map([
    ['herdata', 'own'],
    ['bobdata', 'taken'],
    ['newdata', 'free'],
    ['freshdata', 'fresh'],
    ['fillingdata', 'filling'],
  ]),
  counts: { containers: 1, networks: 1, volumes: 1 },
  engineFolders: ['/data/docker'],
  imageDigest: undefined,
  imageOwner: undefined,
  imageWorkingDir: '',
  imageIsLocal: false,
  registryIsHere: false,
  nameIsFree: true,
  paths,
  ...change,
})

/** The body dockerrun sends for `true` in busybox. */
export const createBody = () => ({
  Image: 'busybox',
  Cmd: ['true'],
  User: '2001:2001',
  HostConfig: { SecurityOpt: ['no-new-privileges'], GroupAdd: ['3000'], UsernsMode: 'host', NetworkMode: 'default' },
})

export const bind = (change: object = {}) => ({ Type: 'bind', Source: '/home/alice', Target: '/home/alice', ...change })

export const wire = (line: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): WireRequest => {
  const [method = '', target = ''] = line.split(' ')
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const identity = { User: 'alice', UserAuthNMethod: 'TLS', RequestPeerCertificates: [aliceCertificate] }
  const base = { ...identity, RequestMethod: method, RequestUri: target }
  if (text === undefined) return { ...base, RequestHeaders: { 'Content-Length': '0', ...headers } }
  return {
    ...base,
    RequestBody: Buffer.from(text).toString('base64'),
    RequestHeaders: { 'Content-Type': 'application/json', ...headers },
  }
}

/** What gate 1 decides on a request of alice's. */
export const ask = (
  line: string,
  body?: unknown,
  change: Partial<Facts> = {},
  headers: Readonly<Record<string, string>> = {},
): Decision => decide(parseRequest(wire(line, body, headers)), facts(change))

export const create = (body: unknown, change: Partial<Facts> = {}): Decision =>
  ask('POST /v1.41/containers/create', body, change)
