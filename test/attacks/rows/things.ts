/** Calls on what is another's, and on networks, volumes, images and processes in ways that are not granted. Each is denied. */
import { grants, ids, record } from '../../support/requests.ts'
import { allowed, filtered } from './allowed.ts'
import type { Attack } from './attacks.ts'

const ofBobs = {
  container: record({ owner: 2002 }),
  networks: new Map(),
  volumes: new Map([['herdata', 'taken' as const]]),
}

/** M19: each call on an own thing, when the thing is bob's. */
export const othersRows: readonly Attack[] = Object.entries(allowed).flatMap(([operation, [row]]) =>
  /^(?:Container(?!Create|List)|Exec|ImageCommit|Network(?!Create|List)|Volume(?!Create|List))/.test(operation)
    ? [{ ...row, name: `M19: ${operation} of bob's`, change: ofBobs }]
    : [],
)

const exec = (body: object, name: string): Attack => ({
  name,
  line: `POST /containers/${ids.hers}/exec`,
  body: { Cmd: ['id'], ...body },
})
export const processRows: readonly Attack[] = [
  exec({ User: '0' }, 'M04: exec as root'),
  exec({ User: 'alice' }, 'M04: exec as a name'),
  exec({ User: '2001:42' }, 'M04: exec with another group'),
  exec({ Privileged: true }, 'a privileged exec'),
  exec({ WorkingDir: '/proc/self/fd/8' }, 'M35: exec in /proc'),
  { ...exec({ user: '0' }, 'T03: exec with a lower-case key'), isShape: true },
  { ...exec({ Magic: 1 }, 'exec with an unknown field'), isShape: true },
  {
    name: "an administrator's process in her container",
    line: `POST /exec/${ids.exec}/start`,
    body: {},
    change: { exec: { user: '0:0', isPrivileged: false } },
  },
  {
    name: "an administrator's privileged process in her container",
    line: `POST /exec/${ids.exec}/start`,
    body: {},
    change: { exec: { user: '', isPrivileged: true } },
  },
  { name: 'a process that is gone', line: `POST /exec/${ids.exec}/start`, body: {}, change: { exec: undefined } },
  {
    name: 'M58: more memory later than at first',
    line: `POST /containers/${ids.hers}/update`,
    body: { Memory: 2 ** 40 },
    change: { grants: grants({ limits: { ...grants().limits, memory: 2 ** 30 } }) },
  },
  {
    name: 'M58: no limit of processes any more',
    line: `POST /containers/${ids.hers}/update`,
    body: { PidsLimit: 0 },
  },
  {
    name: 'M58: no limit of processes any more, as the engine also takes it',
    line: `POST /containers/${ids.hers}/update`,
    body: { PidsLimit: -1 },
  },
  {
    name: 'M58: a shorter period of the same quota, where CPUs are limited',
    line: `POST /containers/${ids.hers}/update`,
    body: { CpuPeriod: 1000 },
    change: { grants: grants({ limits: { ...grants().limits, cpus: 1 } }) },
  },
  {
    name: 'exec in a container that had remapped ids, on an engine that remaps no more',
    line: `POST /containers/${ids.hers}/exec`,
    body: { Cmd: ['id'], User: '0' },
    change: { container: record({ ids: 'remapped' }), remapped: false },
  },
  {
    name: 'a process in a container that had remapped ids, on an engine that remaps no more',
    line: `POST /exec/${ids.exec}/start`,
    body: {},
    change: { container: record({ ids: 'remapped' }), remapped: false },
  },
  {
    name: 'a start of a container that had remapped ids, on an engine that remaps no more',
    line: `POST /containers/${ids.hers}/start`,
    change: { container: record({ ids: 'remapped' }), remapped: false },
  },
  {
    name: 'a restart of a container that had remapped ids, on an engine that remaps no more',
    line: `POST /containers/${ids.hers}/restart`,
    change: { container: record({ ids: 'remapped' }), remapped: false },
  },
  {
    name: 'M58: a restart policy later',
    line: `POST /containers/${ids.hers}/update`,
    body: { RestartPolicy: { Name: 'on-failure' } },
  },
  {
    name: 'M58: always, later',
    line: `POST /containers/${ids.hers}/update`,
    body: { RestartPolicy: { Name: 'always' } },
  },
  {
    name: 'M56: a device path, later',
    line: `POST /containers/${ids.hers}/update`,
    body: { BlkioDeviceReadBps: [{ Path: '/root/x', Rate: 1 }] },
  },
  {
    name: "a rename to a name that is another's",
    line: `POST /containers/${ids.hers}/rename?name=web`,
    change: { nameIsFree: false },
  },
  {
    name: 'a rename to what looks like an id',
    line: `POST /containers/${ids.hers}/rename?name=${ids.bobs.slice(0, 12)}`,
  },
  {
    name: 'ps with columns that hide whose process it is',
    line: `GET /containers/${ids.hers}/top?ps_args=-eo%20pid%3D1`,
  },
]

const createNetwork = (body: object, name: string, change = {}): Attack => ({
  name,
  line: 'POST /networks/create',
  body: { Name: 'net', ...body },
  change,
})
export const networkRows: readonly Attack[] = [
  createNetwork({ Driver: 'macvlan' }, "B05: the host's interface"),
  createNetwork({ Driver: 'host' }, 'B05: another driver'),
  createNetwork({ Options: { 'com.docker.network.bridge.name': 'docker0' } }, 'B05: a bridge of the host'),
  createNetwork(
    { Options: { 'com.docker.network.bridge.host_binding_ipv4': '10.0.0.1' } },
    'B05: an address of the host',
  ),
  createNetwork({ Options: { constructor: '1' } }, 'B05: an option with an odd name'),
  createNetwork({ IPAM: { Config: [{ Subnet: '10.0.0.0/8' }] } }, "B05: a subnet over the site's"),
  createNetwork({ IPAM: { Driver: 'evil' } }, 'B05: an address plugin'),
  createNetwork({ ConfigFrom: { Network: 'sitenet' } }, 'B05: the options of another network'),
  createNetwork({ ConfigOnly: true }, 'B05: a network for others to be made of'),
  createNetwork({ Scope: 'swarm' }, 'B05: a scope'),
  createNetwork({ Ingress: true }, 'B05: an ingress'),
  createNetwork({ Name: 'host' }, 'the name of a built-in network'),
  createNetwork({ Name: ids.bobs.slice(0, 12) }, 'a network name that looks like an id'),
  createNetwork({}, "a network name that is another's", { nameIsFree: false }),
  createNetwork({}, 'one network more than granted', { counts: { containers: 0, networks: 5, volumes: 0 } }),
  createNetwork({}, 'a network, where policy grants none', { grants: grants({ networks: ['none'] }) }),
  createNetwork({ Labels: { 'dockerrun.owner': 'bob' } }, "a network that says it is bob's"),
  {
    name: 'B03: a link by way of connect',
    line: 'POST /networks/hernet/connect',
    body: { Container: 'hers', EndpointConfig: { Links: ['bobs:db'] } },
  },
  { name: "bob's container, into her network", line: 'POST /networks/hernet/connect', body: { Container: 'bobs' } },
  { name: "her container, into bob's network", line: 'POST /networks/bobnet/connect', body: { Container: 'hers' } },
  {
    name: "her container, into the site's network",
    line: 'POST /networks/sitenet/connect',
    body: { Container: 'hers' },
  },
  {
    name: "bob's container, out of her network",
    line: 'POST /networks/hernet/disconnect',
    body: { Container: 'bobs' },
  },
  { name: 'a built-in network looked into', line: 'GET /networks/bridge' },
  { name: 'a built-in network removed', line: 'DELETE /networks/bridge' },
]

const createVolume = (body: object, name: string, change = {}): Attack => ({
  name,
  line: 'POST /volumes/create',
  body,
  change,
})
export const volumeRows: readonly Attack[] = [
  createVolume({ Name: 'bobdata' }, "a volume that is bob's: the engine would say 201"),
  createVolume({ Name: 'newdata', DriverOpts: { type: 'none', o: 'bind', device: '/' } }, 'M12: a bind in disguise'),
  createVolume({ Name: 'newdata', Driver: 'evil' }, 'a volume plugin'),
  { ...createVolume({ Name: 'f'.repeat(64) }, 'a name like one the engine makes up'), isHeldTwice: true },
  { ...createVolume({ Name: '../x' }, 'a name with a way out'), isHeldTwice: true },
  createVolume({ Name: 'newdata' }, 'one volume more than granted', {
    counts: { containers: 0, networks: 0, volumes: 100 },
  }),
  createVolume({ Name: 'newdata', ClusterVolumeSpec: { Group: 'x' } }, 'a cluster volume'),
]

export const imageRows: readonly Attack[] = [
  { name: 'M17: a tag over a shared name', line: 'POST /images/busybox/tag?repo=busybox&tag=latest' },
  { name: "M17: a tag in bob's names", line: 'POST /images/busybox/tag?repo=localhost/bob/box' },
  {
    name: 'M17: a tag in a name that only begins like hers',
    line: 'POST /images/busybox/tag?repo=localhost/alicex/box',
  },
  { name: 'M17: a tag in Docker Hub names of that login', line: 'POST /images/busybox/tag?repo=alice/box' },
  { name: 'M17: a tag with two tags in it', line: 'POST /images/busybox/tag?repo=localhost/alice/box:1' },
  { name: 'M17: a tag with dots in its name', line: 'POST /images/busybox/tag?repo=localhost/alice/../bob/box' },
  { name: 'M17: a tag without a name', line: 'POST /images/busybox/tag' },
  { name: 'M17: a commit over a shared name', line: 'POST /commit?container=hers&repo=busybox' },
  { name: 'M17: a commit without a name', line: 'POST /commit?container=hers' },
  {
    name: 'M17: a commit with settings in its body',
    line: 'POST /commit?container=hers&repo=localhost/alice/box',
    body: { User: '0' },
    isShape: true,
  },
  {
    name: 'M27: a commit of a remapped container',
    line: 'POST /commit?container=hers&repo=localhost/alice/box',
    change: { container: record({ ids: 'remapped' }) },
  },
  { name: "M17: another's image deleted", line: 'DELETE /images/busybox:latest' },
  { name: 'an image deleted by id', line: `DELETE /images/sha256:${'0'.repeat(64)}` },
  { name: 'an own name deleted by digest', line: `DELETE /images/localhost/alice/box@sha256:${'0'.repeat(64)}` },
  { name: 'an image taken from under containers', line: 'DELETE /images/localhost/alice/box:1?force=1' },
  { name: "a push of another's name", line: 'POST /images/busybox/push?tag=latest' },
  { name: 'a push to the registry on this host', line: 'POST /images/localhost/alice/box/push?tag=1' },
  {
    name: 'M17: an image made here is replaced by a pull',
    line: 'POST /images/create?fromImage=busybox&tag=latest',
    change: { imageIsLocal: true },
  },
  {
    name: 'a pull from a registry here, by another of its names',
    line: 'POST /images/create?fromImage=registry.example.org/a&tag=1',
    change: { registryIsHere: true },
  },
  {
    name: 'a pull from a registry that policy does not name',
    line: 'POST /images/create?fromImage=busybox&tag=1',
    change: { grants: grants({ registries: ['registry.example.org'] }) },
  },
  {
    name: 'a pull of an image that policy does not name',
    line: 'POST /images/create?fromImage=busybox&tag=1',
    change: { grants: grants({ images: ['docker.io/library/alpine'] }) },
  },
  {
    name: 'a login, where policy names registries',
    line: 'POST /auth',
    change: { grants: grants({ registries: ['docker.io'] }) },
  },
  { name: 'several images saved at a time', line: 'GET /images/get?names=a&names=b', isShape: true },
]

export const listRows: readonly Attack[] = [
  { name: 'events of everybody', line: 'GET /events' },
  { name: "bob's events", line: filtered('GET /events', '{"label":{"dockerrun.owner=bob":true}}') },
  {
    name: 'events by a label that is said not to be',
    line: filtered('GET /events', '{"label":{"dockerrun.owner=alice":false}}'),
  },
  {
    name: 'events by a filter with two readings',
    line: filtered('GET /events', '{"label":["dockerrun.owner=alice"],"label":[]}'),
  },
  {
    name: 'containers of all, where policy says own',
    line: 'GET /containers/json',
    change: { grants: grants({ lists: 'own' }) },
  },
  {
    name: 'networks of all, where policy says own',
    line: 'GET /networks',
    change: { grants: grants({ lists: 'own' }) },
  },
  { name: 'volumes of all, where policy says own', line: 'GET /volumes', change: { grants: grants({ lists: 'own' }) } },
  { name: 'containers by a filter that is no JSON', line: 'GET /containers/json?filters=x' },
]
