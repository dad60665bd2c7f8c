/**
 * What a container may be asked to be, where the rule table does not name the values. Words between @ stand for what has
 * another name in each run: ids, a free port, the number of the request.
 */
import type { Bases, Values } from './points.ts'

export const flavors = ['plain', 'remapped', 'own ids on a remapped engine'] as const
/** Whose ids a container has: on a plain engine one's own; on a remapped one the engine's, unless it asks for one's own. */
export type Flavor = (typeof flavors)[number]

const bytes = [0, 67_108_864]
const sleeper = ['sleep', '1000']

/** What is not hers alone is shown as it is, and no more. */
const shown = (Source: string) => ({
  Type: 'bind',
  Source,
  Target: '/shown',
  ReadOnly: true,
  BindOptions: { NonRecursive: true },
})

const create: Values = {
  Cmd: [sleeper, ['sh', '-c', 'while :; do sleep 9; done']],
  Entrypoint: [null, [], ['sh', '-c', 'exec sleep 1000']],
  Shell: [null, ['sh']],
  Env: [null, [], ['A=b', 'C']],
  Image: ['busybox', 'busybox:latest'],
  Hostname: ['', 'inside'],
  Domainname: ['', 'inside.example'],
  ExposedPorts: [null, {}, { '80/tcp': {} }],
  WorkingDir: ['', '/', '/tmp', '/new/folder'],
  Volumes: [null, {}, { '/anonymous': {} }],
  Labels: [null, {}, { key: 'word' }, { 'dockerrun.owner': 'alice' }],
  StopSignal: ['', 'SIGTERM', '9'],
  StopTimeout: [null, 0, 120],
  'Healthcheck.Test': [null, [], ['NONE'], ['CMD', 'true']],
  'Healthcheck.Interval': [0, 1_000_000_000],
  'Healthcheck.StartInterval': [0, 1_000_000_000],
  'Healthcheck.Timeout': [0, 1_000_000_000],
  'Healthcheck.StartPeriod': [0, 1_000_000_000],
  'NetworkingConfig.EndpointsConfig': [null, {}, { hernet: {} }],
  'NetworkingConfig.EndpointsConfig{}.Aliases': [null, [], ['db']],
  'HostConfig.Binds': [
    null,
    [],
    ['herdata:/data:nocopy'],
    ['herdata:/data:ro,nocopy', 'new-@case@:/new:rw'],
    ['/home/alice:/h'],
    ['/home/alice/file:/h:ro'],
  ],
  'HostConfig.Mounts': [
    null,
    [],
    ...['/usr/share', '/srv/rooted', '/srv/beam', '/tmp', '/etc/passwd'].map((Source) => [shown(Source)]),
  ],
  'HostConfig.Mounts[].Target': ['/target'],
  'HostConfig.Mounts[].Source': ['/home/alice/folder'],
  'HostConfig.Mounts[].VolumeOptions.Subpath': ['', 'inner'],
  'HostConfig.Mounts[].VolumeOptions.Labels': [null, {}, { key: 'word' }],
  'HostConfig.Mounts[].TmpfsOptions.SizeBytes': bytes,
  'HostConfig.Mounts[].TmpfsOptions.Mode': [0, 511, 1023],
  'HostConfig.Tmpfs': [null, {}, { '/a': '' }, { '/a': 'rw,exec,nosuid,nodev,size=8m,mode=1777', '/b': 'ro,noexec' }],
  'HostConfig.VolumesFrom': [null, [], ['hers'], ['@hers12@:ro'], ['hers:rw']],
  'HostConfig.NetworkMode': [
    '',
    'default',
    'bridge',
    'none',
    'host',
    'hernet',
    '@hernet@',
    'container:hers',
    'container:@hers@',
  ],
  'HostConfig.PortBindings': [null, {}],
  'HostConfig.PortBindings{}[].HostIp': ['', '127.0.0.1', '0.0.0.0'],
  'HostConfig.PortBindings{}[].HostPort': ['', '@port@'],
  'HostConfig.PublishAllPorts': [true, false],
  'HostConfig.PidMode': ['', 'private', 'host', 'container:hers', 'container:@hers12@'],
  // That of a job is tried with a Slurm: test/engine/slurm-client.test.ts.
  'HostConfig.CgroupParent': [''],
  'HostConfig.IpcMode': ['', 'none', 'private', 'shareable', 'host', 'container:hers'],
  'HostConfig.UTSMode': ['', 'host'],
  'HostConfig.LogConfig.Config': [null, {}, { 'max-size': '10m' }, { 'max-size': '200k', 'max-file': '3' }],
  'HostConfig.RestartPolicy.MaximumRetryCount': [0],
  // Nobody is granted a device by default: policy's to say, and tested there.
  'HostConfig.Devices': [null, []],
  'HostConfig.Devices[]': [],
  'HostConfig.DeviceRequests': [null, []],
  'HostConfig.DeviceRequests[]': [],
  'HostConfig.CpuShares': [null, 0, 512, 1024],
  'HostConfig.CpuPeriod': [0, 100_000],
  'HostConfig.CpuQuota': [0, 50_000],
  'HostConfig.CpusetCpus': ['', '0'],
  'HostConfig.CpusetMems': ['', '0'],
  'HostConfig.NanoCpus': [0, 500_000_000],
  'HostConfig.Memory': bytes,
  'HostConfig.MemoryReservation': bytes,
  'HostConfig.MemorySwap': [0, -1],
  'HostConfig.MemorySwappiness': [null, -1, 0, 60],
  'HostConfig.KernelMemory': [0],
  'HostConfig.KernelMemoryTCP': [0],
  'HostConfig.PidsLimit': [null, 0, 100, 4096],
  'HostConfig.BlkioWeight': [null, 0, 100, 500],
  'HostConfig.OomScoreAdj': [0, 500, 1000],
  'HostConfig.Ulimits[].Name': ['core', 'cpu', 'data', 'fsize', 'nofile', 'nproc', 'stack'],
  'HostConfig.Ulimits[].Soft': [512],
  'HostConfig.Ulimits[].Hard': [1024, 4096],
  'HostConfig.ShmSize': bytes,
  'HostConfig.StorageOpt': [null, {}],
  'HostConfig.CapDrop': [null, [], ['ALL'], ['NET_RAW', 'CHOWN']],
  'HostConfig.ConsoleSize': [null, [24, 80]],
  'HostConfig.Dns': [null, [], ['192.0.2.1']],
  'HostConfig.DnsOptions': [null, [], ['ndots:1']],
  'HostConfig.DnsSearch': [null, [], ['example.org']],
  'HostConfig.ExtraHosts': [null, [], ['other:192.0.2.1']],
}

const ownIds: Values = {
  User: ['2001:2001'],
  'HostConfig.SecurityOpt': [['no-new-privileges'], ['no-new-privileges=true'], ['no-new-privileges:true']],
  'HostConfig.GroupAdd': [null, [], ['3000'], ['3000', '2001']],
}

const ids: Readonly<Record<Flavor, Values>> = {
  plain: { ...ownIds, 'HostConfig.UsernsMode': ['', 'host'] },
  'own ids on a remapped engine': { ...ownIds, 'HostConfig.UsernsMode': ['host'] },
  remapped: {
    User: ['', '0:0', 'root', '1000', '2001:2001', 'nobody:nogroup'],
    'HostConfig.SecurityOpt': [null, [], ['no-new-privileges']],
    'HostConfig.GroupAdd': [null, [], ['0'], ['nogroup', '42']],
    'HostConfig.NetworkMode': [
      '',
      'default',
      'bridge',
      'none',
      'hernet',
      '@hernet@',
      'container:kin',
      'container:@kin@',
    ],
    'HostConfig.PidMode': ['', 'private', 'container:kin', 'container:@kin12@'],
    'HostConfig.IpcMode': ['', 'none', 'private', 'shareable', 'container:kin'],
    'HostConfig.Binds': [null, [], ['herdata:/data:nocopy'], ['herdata:/data:ro,nocopy', 'new-@case@:/new:rw']],
    'HostConfig.Mounts[].ReadOnly': [true],
    'HostConfig.Mounts[].BindOptions.NonRecursive': [true],
  },
}

export const valuesOf = (flavor: Flavor): Values => ({ ...create, ...ids[flavor] })

const ofFlavor: Readonly<
  Record<Flavor, { readonly User?: string; readonly HostConfig: Readonly<Record<string, unknown>> }>
> = {
  plain: { User: '2001:2001', HostConfig: { SecurityOpt: ['no-new-privileges'] } },
  'own ids on a remapped engine': {
    User: '2001:2001',
    HostConfig: { SecurityOpt: ['no-new-privileges'], UsernsMode: 'host' },
  },
  remapped: { HostConfig: {} },
}

/** A container that sleeps, and has nothing. */
export const baseOf = (flavor: Flavor): Record<string, unknown> => ({
  Image: 'busybox',
  Cmd: sleeper,
  ...ofFlavor[flavor],
  HostConfig: { NetworkMode: 'none', ...ofFlavor[flavor].HostConfig },
})

/** A bind as this flavor may have it. */
export const bindOf = (flavor: Flavor, change: object): Record<string, unknown> => ({
  Type: 'bind',
  Source: '/home/alice/folder',
  Target: '/target',
  ...(flavor === 'remapped' ? { ReadOnly: true, BindOptions: { NonRecursive: true } } : {}),
  ...change,
})

export const basesOf = (flavor: Flavor): Bases => ({
  'HostConfig.Mounts[]': bindOf(flavor, {}),
  'HostConfig.Ulimits[]': { Name: 'nofile', Soft: 512, Hard: 1024 },
  'HostConfig.PortBindings{}[]': { '80/tcp': [{ HostIp: '', HostPort: '@port@' }] },
  'NetworkingConfig.EndpointsConfig{}': { hernet: {} },
})
