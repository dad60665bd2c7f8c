/** Fields of a create body by which a user would become more than themself. One row per known escape. */
import type { Facts } from '../../../src/policy/facts.ts'
import { createBody, grants, record } from '../../support/requests.ts'
import { jobRows } from './jobs.ts'
import { portRows } from './ports.ts'

export const hostConfig = (change: object) => ({
  ...createBody(),
  HostConfig: { ...createBody().HostConfig, ...change },
})
export const config = (change: object) => ({ ...createBody(), ...change })

/** Each is denied with the name of the field. */
export type CreateRow = {
  readonly name: string
  readonly field: string
  readonly body: unknown
  readonly change?: Partial<Facts>
  readonly isShape?: true
}

export const createRows: readonly CreateRow[] = [
  ...portRows,
  { name: 'M04: User 0', field: 'User', body: config({ User: '0:0' }) },
  { name: 'M04: User absent', field: 'User', body: config({ User: undefined }) },
  { name: 'M04: User empty', field: 'User', body: config({ User: '' }) },
  { name: 'M04: User by name', field: 'User', body: config({ User: 'alice' }) },
  { name: 'M04: uid without gid', field: 'User', body: config({ User: '2001' }) },
  { name: 'M04: uid with an empty gid', field: 'User', body: config({ User: '2001:' }) },
  { name: 'M04: a third part', field: 'User', body: config({ User: '2001:2001:0' }) },
  { name: 'M04: a plus sign', field: 'User', body: config({ User: '+2001:2001' }) },
  { name: 'M04: a leading zero', field: 'User', body: config({ User: '02001:2001' }) },
  { name: "M04: another group's gid", field: 'User', body: config({ User: '2001:42' }) },
  { name: "M04: another's uid", field: 'User', body: config({ User: '2002:2001' }) },
  {
    name: 'M01: the last no-new-privileges wins',
    field: 'SecurityOpt',
    body: hostConfig({ SecurityOpt: ['no-new-privileges', 'no-new-privileges=false'] }),
  },
  {
    name: 'M01: no-new-privileges twice',
    field: 'SecurityOpt',
    body: hostConfig({ SecurityOpt: ['no-new-privileges', 'no-new-privileges'] }),
  },
  { name: 'no SecurityOpt', field: 'SecurityOpt', body: hostConfig({ SecurityOpt: undefined }) },
  { name: 'SecurityOpt null', field: 'SecurityOpt', body: hostConfig({ SecurityOpt: null }) },
  { name: 'no HostConfig', field: 'HostConfig', body: config({ HostConfig: undefined }) },
  { name: 'T05: HostConfig null', field: 'HostConfig', body: config({ HostConfig: null }) },
  {
    name: 'M02: an inline seccomp profile',
    field: 'SecurityOpt',
    body: hostConfig({ SecurityOpt: ['no-new-privileges', 'seccomp={}'] }),
  },
  {
    name: 'M39: seccomp unconfined',
    field: 'SecurityOpt',
    body: hostConfig({ SecurityOpt: ['seccomp=unconfined'] }),
  },
  { name: 'M03: a group of nobody', field: 'GroupAdd', body: hostConfig({ GroupAdd: ['42'] }) },
  { name: 'M03: a group by name', field: 'GroupAdd', body: hostConfig({ GroupAdd: ['beam'] }) },
  { name: 'M03: a group with a leading zero', field: 'GroupAdd', body: hostConfig({ GroupAdd: ['03000'] }) },
  { name: 'R01: another user namespace mode', field: 'UsernsMode', body: hostConfig({ UsernsMode: 'HOST' }) },
  { name: 'a privileged container', field: 'Privileged', body: hostConfig({ Privileged: true }) },
  { name: 'a capability', field: 'CapAdd', body: hostConfig({ CapAdd: ['SYS_ADMIN'] }) },
  {
    name: 'M14: a device',
    field: 'Devices',
    body: hostConfig({
      Devices: [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/sda', CgroupPermissions: 'rwm' }],
    }),
  },
  { name: 'M14: a device rule', field: 'DeviceCgroupRules', body: hostConfig({ DeviceCgroupRules: ['b *:* rwm'] }) },
  { name: 'a device request', field: 'DeviceRequests', body: hostConfig({ DeviceRequests: [{ Driver: 'cdi' }] }) },
  { name: 'M08: Binds', field: 'Binds', body: hostConfig({ Binds: ['/etc/nologin:/x'] }) },
  { name: 'M15: VolumesFrom', field: 'VolumesFrom', body: hostConfig({ VolumesFrom: ['bobs'] }) },
  { name: 'M12: a volume driver', field: 'VolumeDriver', body: hostConfig({ VolumeDriver: 'evil' }) },
  { name: 'an anonymous volume over /dev', field: 'Volumes', body: config({ Volumes: { '/dev/x': {} } }) },
  { name: 'an anonymous volume with options', field: 'Volumes', body: config({ Volumes: { '/x': { type: 'none' } } }) },
  { name: 'a tmpfs with devices', field: 'Tmpfs', body: hostConfig({ Tmpfs: { '/a/b': 'dev' } }) },
  { name: 'a tmpfs over /etc/hosts', field: 'Tmpfs', body: hostConfig({ Tmpfs: { '/etc/hosts': '' } }) },
  { name: 'an anonymous volume over /etc', field: 'Volumes', body: config({ Volumes: { '/etc': {} } }) },
  { name: 'a tmpfs that is no map', field: 'Tmpfs', body: hostConfig({ Tmpfs: ['/a'] }) },
  {
    name: 'M16: the network of another container',
    field: 'NetworkMode',
    body: hostConfig({ NetworkMode: 'container:bobs' }),
  },
  { name: 'M16: the pids of another container', field: 'PidMode', body: hostConfig({ PidMode: 'container:bobs' }) },
  { name: 'M16: the ipc of another container', field: 'IpcMode', body: hostConfig({ IpcMode: 'container:bobs' }) },
  {
    name: 'M16: the pids of a container by a short prefix',
    field: 'PidMode',
    body: hostConfig({ PidMode: 'container:bb' }),
  },
  { name: 'another word for host pids', field: 'PidMode', body: hostConfig({ PidMode: 'HOST' }) },
  { name: 'the uts namespace of a container', field: 'UTSMode', body: hostConfig({ UTSMode: 'container:hers' }) },
  {
    name: 'R05: volumes and binds of a container of hers',
    field: 'VolumesFrom',
    body: hostConfig({ VolumesFrom: ['hers'] }),
    change: {
      ownContainers: new Map([
        ['hers', record({ binds: [{ source: '/home/alice', readOnly: false, nonRecursive: false }] })],
      ]),
    },
  },
  { name: 'volumes from nothing that is a name', field: 'VolumesFrom', body: hostConfig({ VolumesFrom: [7] }) },
  { name: 'host cgroups', field: 'CgroupnsMode', body: hostConfig({ CgroupnsMode: 'host' }) },
  { name: "another container's cgroup", field: 'Cgroup', body: hostConfig({ Cgroup: 'container:bobs' }) },
  ...jobRows,
  { name: 'M63: a runtime', field: 'Runtime', body: hostConfig({ Runtime: 'io.containerd.evil.v1' }) },
  {
    name: 'annotations for the runtime',
    field: 'Annotations',
    body: hostConfig({ Annotations: { 'org.criu.config': '/x' } }),
  },
  { name: 'B06: a sysctl', field: 'Sysctls', body: hostConfig({ Sysctls: { 'net.ipv4.ip_forward': '1' } }) },
  { name: 'no masked paths', field: 'MaskedPaths', body: hostConfig({ MaskedPaths: [] }) },
  { name: 'no read-only paths', field: 'ReadonlyPaths', body: hostConfig({ ReadonlyPaths: [] }) },
  { name: 'B03: a link', field: 'Links', body: hostConfig({ Links: ['bobs'] }) },
  {
    name: 'B01: a published port',
    field: 'PortBindings',
    body: hostConfig({ PortBindings: { '22/tcp': [{ HostPort: '22' }] } }),
  },
  {
    name: 'B01: all ports published where policy grants none',
    field: 'PublishAllPorts',
    body: hostConfig({ PublishAllPorts: true }),
    change: { grants: grants({ ports: undefined }) },
  },
  {
    name: 'B01: a low port with zeros before it',
    field: 'HostPort',
    body: hostConfig({ PortBindings: { '80/tcp': [{ HostPort: '0022' }] } }),
  },
  {
    name: 'B01: a range that begins below',
    field: 'HostPort',
    body: hostConfig({ PortBindings: { '80/tcp': [{ HostPort: '20-8080' }] } }),
  },
  {
    name: 'B01: a port that policy keeps',
    field: 'HostPort',
    body: hostConfig({ PortBindings: { '80/tcp': [{ HostPort: '8080' }] } }),
    change: { grants: grants({ ports: { first: 9000, last: 9999 } }) },
  },
  {
    name: 'B07: an address that is none',
    field: 'HostIp',
    body: hostConfig({ PortBindings: { '80/tcp': [{ HostIp: 'localhost', HostPort: '8080' }] } }),
  },
  {
    name: 'B01: a container port of another spelling',
    field: 'PortBindings',
    body: hostConfig({ PortBindings: { '080/TCP': [{ HostPort: '8080' }] } }),
  },
  {
    name: "a label that says the container is bob's",
    field: 'Labels',
    body: config({ Labels: { 'dockerrun.owner': 'bob' } }),
  },
  { name: 'M23: syslog', field: 'LogConfig.Type', body: hostConfig({ LogConfig: { Type: 'syslog', Config: {} } }) },
  {
    name: 'M56: a path in the log options',
    field: 'LogConfig.Config',
    body: hostConfig({ LogConfig: { Type: 'json-file', Config: { 'syslog-tls-cert': '/etc/shadow' } } }),
  },
  {
    name: "a buffer in the engine's memory",
    field: 'LogConfig.Config',
    body: hostConfig({
      LogConfig: { Type: 'json-file', Config: { mode: 'non-blocking', 'max-buffer-size': '1000g' } },
    }),
  },
  {
    name: 'a log that is turned over at each line',
    field: 'LogConfig.Config',
    body: hostConfig({ LogConfig: { Type: 'json-file', Config: { 'max-size': '1' } } }),
  },
  {
    name: 'a health check each millisecond',
    field: 'Healthcheck.Interval',
    body: config({ Healthcheck: { Interval: 1_000_000 } }),
  },
  {
    name: 'a log without end',
    field: 'LogConfig.Config',
    body: hostConfig({ LogConfig: { Type: 'json-file', Config: { 'max-size': '-1' } } }),
  },
  { name: 'a stop that never ends', field: 'StopTimeout', body: config({ StopTimeout: -1 }) },
  { name: 'a stop that takes an hour', field: 'StopTimeout', body: config({ StopTimeout: 3600 }) },
  { name: 'processes without end', field: 'PidsLimit', body: hostConfig({ PidsLimit: -1 }) },
  { name: 'a million processes', field: 'PidsLimit', body: hostConfig({ PidsLimit: 1_000_000 }) },
  { name: 'more weight than others', field: 'CpuShares', body: hostConfig({ CpuShares: 262_144 }) },
  { name: 'more weight at the disk', field: 'BlkioWeight', body: hostConfig({ BlkioWeight: 1000 }) },
  {
    name: 'M04c, M05b: a restart policy',
    field: 'RestartPolicy.Name',
    body: hostConfig({ RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } }),
  },
  { name: 'M22: before others at the OOM killer', field: 'OomScoreAdj', body: hostConfig({ OomScoreAdj: -1000 }) },
  { name: 'M22: no OOM killer', field: 'OomKillDisable', body: hostConfig({ OomKillDisable: true }) },
  {
    name: 'M22b: a ulimit',
    field: 'Ulimits',
    body: hostConfig({ Ulimits: [{ Name: 'rtprio', Soft: 99, Hard: 99 }] }),
  },
  {
    name: 'M22b: more open files than granted',
    field: 'Ulimits',
    body: hostConfig({ Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2_000_000 }] }),
  },
  {
    name: 'M22b: open files without end',
    field: 'Ulimits',
    body: hostConfig({ Ulimits: [{ Name: 'nofile', Soft: -1, Hard: -1 }] }),
  },
  {
    name: 'a device that policy does not name, where it names one',
    field: 'Devices',
    body: hostConfig({ Devices: [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/fuse', CgroupPermissions: 'r' }] }),
    change: { grants: grants({ devices: ['/dev/fuse'] }) },
  },
  {
    name: 'a device over a file of the image',
    field: 'Devices',
    body: hostConfig({
      Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '/etc/passwd', CgroupPermissions: 'r' }],
    }),
    change: { grants: grants({ devices: ['/dev/fuse'] }) },
  },
  {
    name: 'a GPU where policy grants none',
    field: 'DeviceRequests',
    body: hostConfig({ DeviceRequests: [{ Driver: '', Count: -1, Capabilities: [['gpu']] }] }),
  },
  {
    name: 'a GPU with a capability of the driver',
    field: 'Capabilities',
    body: hostConfig({ DeviceRequests: [{ Count: -1, Capabilities: [['gpu', 'display']] }] }),
    change: { grants: grants({ gpus: true }) },
  },

  { name: 'real-time scheduling', field: 'CpuRealtimeRuntime', body: hostConfig({ CpuRealtimeRuntime: 950000 }) },
  {
    name: 'M56: a block device path',
    field: 'BlkioWeightDevice',
    body: hostConfig({ BlkioWeightDevice: [{ Path: '/root/x', Weight: 1 }] }),
  },
  {
    name: 'M56: a block device path of another list',
    field: 'BlkioDeviceReadBps',
    body: hostConfig({ BlkioDeviceReadBps: [{ Path: '/root/x', Rate: 1 }] }),
  },
  { name: 'a storage option', field: 'StorageOpt', body: hostConfig({ StorageOpt: { size: '1T' } }) },
  {
    name: 'M35: a working directory below /proc',
    field: 'WorkingDir',
    body: config({ WorkingDir: '/proc/self/fd/8' }),
  },
  { name: 'B07: a MAC address', field: 'MacAddress', body: config({ MacAddress: '02:42:ac:11:00:02' }) },
  { name: 'B05: another network', field: 'NetworkMode', body: hostConfig({ NetworkMode: 'bobsnet' }) },
  {
    name: 'another network beside',
    field: 'NetworkingConfig.EndpointsConfig.bobsnet',
    body: config({ NetworkingConfig: { EndpointsConfig: { bobsnet: {} } } }),
  },
  {
    name: 'B07: a chosen address',
    field: 'IPAMConfig',
    body: config({
      NetworkingConfig: { EndpointsConfig: { bridge: { IPAMConfig: { IPv4Address: '172.17.0.9' } } } },
    }),
  },
  {
    name: 'sysctls of an endpoint',
    field: 'DriverOpts',
    body: config({
      NetworkingConfig: {
        EndpointsConfig: { bridge: { DriverOpts: { 'com.docker.network.endpoint.sysctls': 'x' } } },
      },
    }),
  },
  {
    name: 'T01: HostConfig fields at the top level',
    field: 'Privileged',
    body: config({ Privileged: true }),
    isShape: true,
  },
  { name: 'T01: Binds at the top level', field: 'Binds', body: config({ Binds: ['/:/host'] }), isShape: true },
  { name: 'T03: a lower-case key', field: 'user', body: config({ user: '0:0' }), isShape: true },
  { name: 'T04: a folded key', field: 'privileged', body: hostConfig({ privileged: true }), isShape: true },
  {
    name: 'a field of the future',
    field: 'GrantEverything',
    body: hostConfig({ GrantEverything: true }),
    isShape: true,
  },
]
