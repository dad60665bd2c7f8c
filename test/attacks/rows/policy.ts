/** What an empty policy grants and another one does not: limits, networks, namespaces, images. Each is denied with the field. */
import { defaultGrants, type Grants, type Limits } from '../../../src/policy/grants.ts'
import { bind, createBody, grants, ids, record } from '../../support/requests.ts'
import { config, hostConfig, type CreateRow } from './create-body.ts'

const limited = (limits: Partial<Limits>): Grants => grants({ limits: { ...defaultGrants.limits, ...limits } })

export const policyRows: readonly CreateRow[] = [
  {
    name: 'a layer larger than granted',
    field: 'StorageOpt',
    body: hostConfig({ StorageOpt: { size: '2g' } }),
    change: { grants: limited({ layer: 1024 ** 3 }) },
  },
  {
    name: 'another storage option',
    field: 'StorageOpt',
    body: hostConfig({ StorageOpt: { 'dm.basesize': '1g', size: '1m' } }),
    change: { grants: limited({ layer: 1024 ** 3 }) },
  },
  {
    name: 'a log larger than granted',
    field: 'LogConfig.Config',
    body: hostConfig({ LogConfig: { Type: 'local', Config: { 'max-size': '10m', 'max-file': '5' } } }),
    change: { grants: limited({ log: 1024 ** 2 }) },
  },
  ...[createBody(), hostConfig({ CgroupParent: '' })].map((body) => ({
    name: `no job, where policy wants one (${JSON.stringify(body.HostConfig)})`,
    field: 'CgroupParent',
    body,
    change: { grants: grants({ slurm: 'confine' as const }) },
  })),
  {
    name: 'all memory, where it is limited',
    field: 'Memory',
    body: createBody(),
    change: { grants: limited({ memory: 1024 ** 3 }) },
  },
  {
    name: 'more memory than granted',
    field: 'Memory',
    body: hostConfig({ Memory: 2 * 1024 ** 3 }),
    change: { grants: limited({ memory: 1024 ** 3 }) },
  },
  {
    name: 'swap without end, where memory is limited',
    field: 'MemorySwap',
    body: hostConfig({ Memory: 1024 ** 3, MemorySwap: -1 }),
    change: { grants: limited({ memory: 1024 ** 3 }) },
  },
  {
    name: 'all CPUs, where they are limited',
    field: 'NanoCpus',
    body: createBody(),
    change: { grants: limited({ cpus: 2 }) },
  },
  {
    name: 'more CPUs than granted',
    field: 'NanoCpus',
    body: hostConfig({ NanoCpus: 3e9 }),
    change: { grants: limited({ cpus: 2 }) },
  },
  {
    name: 'more CPUs than granted, by a quota',
    field: 'NanoCpus',
    body: hostConfig({ CpuQuota: 300_000 }),
    change: { grants: limited({ cpus: 2 }) },
  },
  {
    name: 'more CPUs than granted, by a short period',
    field: 'NanoCpus',
    body: hostConfig({ CpuQuota: 100_000, CpuPeriod: 1000 }),
    change: { grants: limited({ cpus: 2 }) },
  },
  {
    name: 'a large /dev/shm',
    field: 'ShmSize',
    body: hostConfig({ ShmSize: 1024 ** 3 }),
    change: { grants: limited({ shm: 1024 ** 2 }) },
  },
  {
    name: 'a tmpfs without a size, where it is limited',
    field: 'Tmpfs',
    body: hostConfig({ Tmpfs: { '/run': '' }, ShmSize: 1024 }),
    change: { grants: limited({ shm: 1024 ** 2 }) },
  },
  {
    name: 'a tmpfs larger than granted',
    field: 'Tmpfs',
    body: hostConfig({ Tmpfs: { '/run': 'size=2m' }, ShmSize: 1024 }),
    change: { grants: limited({ shm: 1024 ** 2 }) },
  },
  {
    name: 'more processes than granted',
    field: 'PidsLimit',
    body: hostConfig({ PidsLimit: 200 }),
    change: { grants: limited({ processes: 100 }) },
  },
  {
    name: 'one container more than granted',
    field: 'containers',
    body: createBody(),
    change: { grants: limited({ containers: 1 }) },
  },
  {
    name: "M16: a restart in the namespace of a container, by a name that may be another's then",
    field: 'RestartPolicy',
    body: hostConfig({ RestartPolicy: { Name: 'on-failure' }, PidMode: 'container:hers' }),
  },
  {
    name: "B01: a port of the engine's choice, where policy grants a few",
    field: 'HostPort',
    body: hostConfig({ PortBindings: { '80/tcp': [{ HostPort: '' }] } }),
    change: { grants: grants({ ports: { first: 9000, last: 9999 } }) },
  },
  {
    name: 'B01: all ports published, where policy grants a few',
    field: 'PublishAllPorts',
    body: hostConfig({ PublishAllPorts: true }),
    change: { grants: grants({ ports: { first: 9000, last: 9999 } }) },
  },
  {
    name: "B01: a port left out, which is one of the engine's choice, where policy grants none",
    field: 'HostPort',
    body: hostConfig({ PortBindings: { '80/tcp': [{}] } }),
    change: { grants: grants({ ports: undefined }) },
  },
  {
    name: 'three volumes in one request, where two are granted',
    field: 'volumes',
    body: hostConfig({ Binds: ['newdata:/a', 'newdata2:/b'] }),
    change: {
      grants: limited({ volumes: 2 }),
      volumes: new Map([
        ['newdata', 'free'],
        ['newdata2', 'free'],
      ]),
    },
  },
  {
    name: 'M16: the pids of a container with other ids',
    field: 'container:hers',
    body: hostConfig({ PidMode: 'container:hers' }),
    change: { ownContainers: new Map([['hers', record({ ids: 'remapped' })]]) },
  },
  {
    name: "B07: a host name, which is a name in the site's network",
    field: 'Hostname',
    body: { ...hostConfig({ NetworkMode: 'sitenet' }), Hostname: 'db' },
    change: { grants: grants({ networks: ['sitenet'] }) },
  },
  {
    name: 'M11: an image that works in a bound folder',
    field: 'WorkingDir',
    body: { ...createBody(), HostConfig: { ...createBody().HostConfig, Mounts: [bind()] } },
    change: { imageWorkingDir: '/home/alice/made' },
  },
  {
    name: "an image whose labels say that its containers are bob's",
    field: 'Labels',
    body: createBody(),
    change: { imageOwner: 'bob' },
  },
  {
    name: 'a tmpfs mount without a size, where it is limited',
    field: 'Mounts',
    body: {
      ...createBody(),
      HostConfig: { ...createBody().HostConfig, Mounts: [{ Type: 'tmpfs', Target: '/t' }] },
    },
    change: { grants: limited({ shm: 64 * 1024 ** 2 }) },
  },
  {
    name: 'a log without a size, where it is limited',
    field: 'LogConfig',
    body: createBody(),
    change: { grants: limited({ log: 1024 ** 2 }) },
  },
  {
    name: 'a layer without a size, where it is limited',
    field: 'StorageOpt',
    body: createBody(),
    change: { grants: limited({ layer: 1024 ** 3 }) },
  },
  {
    name: "a /dev/shm of the engine's size, where less is granted",
    field: 'ShmSize',
    body: createBody(),
    change: { grants: limited({ shm: 1024 ** 2 }) },
  },
  {
    name: 'M05b: a restart with binds',
    field: 'RestartPolicy',
    body: hostConfig({ RestartPolicy: { Name: 'on-failure' }, Mounts: [bind()] }),
  },
  {
    name: "the host's pids, where policy does not grant them",
    field: 'PidMode',
    body: hostConfig({ PidMode: 'host' }),
    change: { grants: grants({ namespaces: [] }) },
  },
  {
    name: "the host's ipc, where policy does not grant it",
    field: 'IpcMode',
    body: hostConfig({ IpcMode: 'host' }),
    change: { grants: grants({ namespaces: ['pid'] }) },
  },
  {
    name: "the host's uts, where policy does not grant it",
    field: 'UTSMode',
    body: hostConfig({ UTSMode: 'host' }),
    change: { grants: grants({ namespaces: ['pid'] }) },
  },
  {
    name: "the host's network, where policy does not grant it",
    field: 'NetworkMode',
    body: hostConfig({ NetworkMode: 'host' }),
    change: { grants: grants({ networks: ['none'] }) },
  },
  {
    name: 'the default network, where policy does not grant it',
    field: 'NetworkMode',
    body: hostConfig({ NetworkMode: 'default' }),
    change: { grants: grants({ networks: ['none'] }) },
  },
  {
    name: 'an own network, where policy does not grant any',
    field: 'NetworkMode',
    body: hostConfig({ NetworkMode: 'hernet' }),
    change: { grants: grants({ networks: ['none'] }) },
  },
  {
    name: 'a network of the site that policy does not name',
    field: 'NetworkMode',
    body: hostConfig({ NetworkMode: 'sitenet' }),
  },
  {
    name: 'a network of the site by its id',
    field: 'NetworkMode',
    body: hostConfig({ NetworkMode: ids.exec }),
    change: { grants: grants({ networks: ['sitenet'] }) },
  },
  {
    name: "bob's network under a name that policy grants",
    field: 'NetworkMode',
    body: hostConfig({ NetworkMode: 'bobnet' }),
    change: { grants: grants({ networks: ['bobnet'] }) },
  },
  {
    name: 'a name in a network of all',
    field: 'Aliases',
    body: config({ NetworkingConfig: { EndpointsConfig: { bridge: { Aliases: ['db'] } } } }),
  },
  {
    name: 'an image that policy does not name',
    field: 'Image',
    body: createBody(),
    change: { grants: grants({ images: ['docker.io/library/alpine'] }) },
  },
  {
    name: 'an image by id, where policy names images',
    field: 'Image',
    body: config({ Image: `sha256:${'0'.repeat(64)}` }),
    change: { grants: grants({ images: ['**'] }) },
  },
]
