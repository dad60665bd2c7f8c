/** What would make a container more than its user: each alone in a request that is good otherwise, and among others. */
import type { Flavor } from './good.ts'
import { bindOf } from './good.ts'
import type { Point } from './points.ts'

type Table = Readonly<Record<string, readonly unknown[]>>

const everywhere: Table = {
  Labels: [{ 'dockerrun.owner': 'bob' }],
  MacAddress: ['02:42:ac:14:00:77'],
  WorkingDir: ['/proc/self/fd/7', '/sys', 'relative', '/a/../etc'],
  Volumes: [{ '/etc': {} }, { '/dev/x': {} }, { '/x': { type: 'none' } }],
  'Healthcheck.Interval': [1, 1_000_000],
  StopTimeout: [100_000],
  Unknown: [true],
  Privileged: [true],
  'HostConfig.Privileged': [true, null, 'true', 1],
  'HostConfig.privileged': [true],
  'HostConfig.CapAdd': [['SYS_ADMIN'], ['ALL'], ['CAP_DAC_OVERRIDE']],
  'HostConfig.capAdd': [['ALL']],
  'HostConfig.Devices': [[{ PathOnHost: '/dev/null', PathInContainer: '/dev/x', CgroupPermissions: 'rwm' }]],
  'HostConfig.DeviceCgroupRules': [['c *:* rwm'], ['b 8:0 r']],
  'HostConfig.DeviceRequests': [[{ Driver: 'nvidia', Count: -1, Capabilities: [['gpu']] }]],
  'HostConfig.CgroupnsMode': ['host'],
  'HostConfig.Cgroup': ['container:bobs'],
  'HostConfig.CgroupParent': [
    '/elsewhere',
    'docker',
    '/slurm/uid_2001/job_7',
    '/memory/slurm/uid_2001/job_7',
    '/job_1/..',
  ],
  'HostConfig.Runtime': ['runc', 'io.containerd.runc.v2'],
  'HostConfig.Annotations': [{ 'org.criu.config': '/x' }],
  'HostConfig.Sysctls': [{ 'net.ipv4.ip_forward': '1' }, { 'kernel.msgmax': '65536' }],
  'HostConfig.MaskedPaths': [[], ['/proc/kcore']],
  'HostConfig.ReadonlyPaths': [[], ['/proc/bus']],
  'HostConfig.Links': [['bobs:x'], ['hers:x']],
  'HostConfig.BlkioWeightDevice': [[{ Path: '/dev/null', Weight: 100 }]],
  'HostConfig.BlkioDeviceReadBps': [[{ Path: '/dev/null', Rate: 1000 }]],
  'HostConfig.PidMode': ['container:bobs', 'container:@bobs@', 'container:@bobs12@', 'container:roots', 'HOST'],
  'HostConfig.IpcMode': ['container:bobs', 'container:@bobs@', 'container:roots', 'container:'],
  'HostConfig.UTSMode': ['container:bobs', 'private'],
  'HostConfig.NetworkMode': [
    'container:bobs',
    'container:@bobs12@',
    'container:roots',
    'bobnet',
    '@bobnet@',
    'rootnet',
  ],
  'HostConfig.VolumesFrom': [['bobs'], ['@bobs12@:rw'], ['roots'], ['hersbind'], ['hers', 'bobs:ro']],
  'HostConfig.VolumeDriver': ['elsewhere'],
  'HostConfig.PortBindings': ['80', '22', '0022', '1023', '20-23', '1020-1030', ' 80', '1023-1024'].map((HostPort) => ({
    '80/tcp': [{ HostIp: '', HostPort }],
  })),
  'HostConfig.LogConfig': [
    { Type: 'syslog', Config: { 'syslog-address': 'unixgram:///srv/open/socket' } },
    { Type: 'journald' },
    { Type: 'fluentd', Config: { 'fluentd-async': 'true' } },
    { Type: 'json-file', Config: { env: 'A' } },
    { Type: 'json-file', Config: { mode: 'non-blocking', 'max-buffer-size': '1g' } },
  ],
  'HostConfig.RestartPolicy': [{ Name: 'always' }, { Name: 'unless-stopped' }],
  'HostConfig.CpuShares': [2048],
  'HostConfig.BlkioWeight': [1000],
  'HostConfig.CpuRealtimeRuntime': [1000],
  'HostConfig.OomKillDisable': [true],
  'HostConfig.OomScoreAdj': [-500, -1000],
  'HostConfig.PidsLimit': [5000, -1],
  'HostConfig.Ulimits': [
    [{ Name: 'rtprio', Soft: 99, Hard: 99 }],
    [{ Name: 'memlock', Soft: -1, Hard: -1 }],
    [{ Name: 'nofile', Soft: 1024, Hard: 1_048_577 }],
    [{ Name: 'nice', Soft: 40, Hard: 40 }],
  ],
  'HostConfig.StorageOpt': [{ size: '10G' }],
  'HostConfig.Tmpfs': [{ '/etc': '' }, { '/dev/x': '' }, { '/x': 'dev,suid' }, { '/etc/passwd': '' }],
  'HostConfig.Binds': [
    ['/home/bob/private:/x:ro'],
    ['/home/bob:/x'],
    ['/home/alice/absent-@case@:/x'],
    ['/srv/rooted/absent-@case@:/x'],
    ['/etc/absent-@case@:/x:ro'],
    ['/srv/open/absent-@case@:/x'],
    ['/home/alice/link:/x'],
    ['/home/alice/folder:/x:shared'],
    ['/home/alice/folder:/x:Z'],
    ['/home/alice/folder/./:/x'],
    ['bobdata:/x'],
    ['rootdata:/x:ro'],
    ['/srv/rooted:/x'],
    ['/run/lab/engines:/x:ro'],
  ],
  'NetworkingConfig.EndpointsConfig': [
    { bobnet: {} },
    { '@bobnet@': {} },
    { rootnet: {} },
    { hernet: { IPAMConfig: { IPv4Address: '172.20.128.77' } } },
    { hernet: { MacAddress: '02:42:ac:14:00:77' } },
    { hernet: { DriverOpts: { 'com.docker.network.endpoint.sysctls': 'net.ipv4.conf.IFNAME.forwarding=1' } } },
    { hernet: { Links: ['hers:x'] } },
    { bridge: { Aliases: ['db'] } },
  ],
}

const ownIds: Table = {
  User: ['0:0', '0', '', 'root', '2002:2002', '2001', '2001:0', '2001:42', 'alice', '2001:2001:0', '+2001:2001', null],
  user: ['0:0'],
  'HostConfig.SecurityOpt': [
    null,
    [],
    ['no-new-privileges=false'],
    ['no-new-privileges', 'no-new-privileges=false'],
    ['seccomp=unconfined'],
    ['no-new-privileges', 'seccomp=unconfined'],
    ['no-new-privileges', 'apparmor=unconfined'],
    ['no-new-privileges', 'systempaths=unconfined'],
    ['no-new-privileges', 'label=disable'],
  ],
  'HostConfig.GroupAdd': [['0'], ['42'], ['2002'], ['root'], ['nogroup'], ['3000', '6'], ['03000']],
}

const ids: Readonly<Record<Flavor, Table>> = {
  plain: { ...ownIds, 'HostConfig.UsernsMode': ['HOST', 'private'] },
  'own ids on a remapped engine': { ...ownIds, 'HostConfig.UsernsMode': ['HOST', 'private'] },
  remapped: {
    // Root's ids of the host, or its user namespace, without what one's own ids ask for.
    'HostConfig.UsernsMode': ['host', 'HOST', 'private'],
    // A container of hers with her own ids.
    'HostConfig.PidMode': [...(everywhere['HostConfig.PidMode'] ?? []), 'container:hers'],
    'HostConfig.SecurityOpt': [
      ['seccomp=unconfined'],
      ['no-new-privileges', 'systempaths=unconfined'],
      ['apparmor=unconfined'],
    ],
  },
}

const bindsOf = (flavor: Flavor): readonly (readonly Record<string, unknown>[])[] => {
  const bind = (change: object) => bindOf(flavor, change)
  const isReadOnly = { ReadOnly: true, BindOptions: { NonRecursive: true } }
  return [
    [bind({ Source: '/home/bob/private', ...isReadOnly })],
    [bind({ Source: '/home/bob/private/secret', ...isReadOnly })],
    [bind({ Source: '/home/bob', ReadOnly: false })],
    [bind({ Source: '/srv/barred', ...isReadOnly })],
    [bind({ Source: '/home/bob', ...isReadOnly })],
    [bind({ Source: '/root', ReadOnly: false })],
    [bind({ Source: '/etc', ReadOnly: false })],
    [bind({ Source: '/', ...isReadOnly })],
    [bind({ Source: '/proc', ...isReadOnly })],
    [bind({ Source: '/dev', ...isReadOnly })],
    [bind({ Source: '/dev/null' })],
    [bind({ Source: '@data@', ...isReadOnly })],
    [bind({ Source: '/run/docker/plugins', ...isReadOnly })],
    [bind({ Source: '/home/alice/link', ...isReadOnly })],
    [bind({ Source: '/home/alice/absent-@case@' })],
    [bind({ Source: '/home/alice/absent-@case@', BindOptions: { CreateMountpoint: true } })],
    [
      bind({ Source: '/srv/rooted', ReadOnly: false }),
      bind({ Type: 'tmpfs', Source: '', Target: '/target/made-@case@', BindOptions: undefined }),
    ],
    [bind({ ReadOnly: false }), bind({ Source: '/srv/open', Target: '/target/made-@case@', ...isReadOnly })],
    [bind({ Target: '/etc/passwd', Source: '/home/alice/file', ReadOnly: false })],
    [bind({ Target: '/' })],
    [bind({ Target: '/proc/1' })],
    [bind({ Target: '/etc' })],
    [bind({ BindOptions: { Propagation: 'rshared' } })],
    [bind({ BindOptions: { Propagation: 'shared' } })],
    [bind({ BindOptions: { Propagation: 'rslave' } })],
    [bind({ Source: '../../home/bob' })],
    [{ Type: 'volume', Source: 'bobdata', Target: '/x' }],
    [{ Type: 'volume', Source: 'rootdata', Target: '/x' }],
    [
      {
        Type: 'volume',
        Source: 'evil-@case@',
        Target: '/x',
        VolumeOptions: { DriverConfig: { Name: 'local', Options: { type: 'none', o: 'bind', device: '/home/bob' } } },
      },
    ],
    [
      {
        Type: 'volume',
        Target: '/x',
        VolumeOptions: { DriverConfig: { Name: 'local', Options: { type: 'tmpfs', device: 'x' } } },
      },
    ],
    [{ Type: 'npipe', Source: '/x', Target: '/x' }],
    [{ Type: 'image', Source: 'busybox', Target: '/x' }],
    [{ Type: 'cluster', Source: 'x', Target: '/x' }],
  ]
}

export const badPointsOf = (flavor: Flavor): readonly Point[] => [
  ...Object.entries({ ...everywhere, ...ids[flavor] }).flatMap(([way, values]) =>
    values.map((value) => ({ way, value })),
  ),
  ...bindsOf(flavor).map((value) => ({ way: 'HostConfig.Mounts', value })),
  ...(flavor === 'remapped'
    ? [
        { way: 'HostConfig.Mounts', value: [bindOf(flavor, { ReadOnly: false })] },
        { way: 'HostConfig.Binds', value: ['/home/alice/folder:/x'] },
      ]
    : []),
]
