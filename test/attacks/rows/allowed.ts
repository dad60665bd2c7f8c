/** What an ordinary user may ask: each granted operation at least once, with as much in it as there is to check. All are allowed. */
import type { OperationId } from '../../../src/contract/operations.ts'
import type { Facts } from '../../../src/policy/facts.ts'
import { createBody, grants, ids, record } from '../../support/requests.ts'

export type Row = {
  readonly name?: string
  readonly line: string
  readonly body?: unknown
  readonly change?: Partial<Facts>
  readonly headers?: Readonly<Record<string, string>>
}

const host = (change: object) => ({ ...createBody(), HostConfig: { ...createBody().HostConfig, ...change } })
const hers = `/containers/${ids.hers}`

/** With every list and map that has rules of its own inside. */
export const fullBody = () => ({
  ...host({
    Mounts: [
      {
        Type: 'bind',
        Source: '/home/alice',
        Target: '/home/alice',
        BindOptions: { Propagation: 'rprivate', NonRecursive: false },
        VolumeOptions: { NoCopy: false, DriverConfig: { Name: '' } },
        TmpfsOptions: { Mode: 0 },
      },
      {
        Type: 'volume',
        Source: 'herdata',
        Target: '/data',
        VolumeOptions: { NoCopy: true, DriverConfig: { Name: 'local' } },
      },
      { Type: 'volume', Source: 'freshdata', Target: '/fresh' },
      { Type: 'volume', Source: 'fillingdata', Target: '/filling' },
      { Type: 'tmpfs', Target: '/scratch', TmpfsOptions: { SizeBytes: 1024, Mode: 511 } },
    ],
    Devices: [{ PathOnHost: '/dev/fuse', PathInContainer: '/dev/fuse', CgroupPermissions: 'rwm' }],
    DeviceRequests: [{ Driver: '', Count: -1, DeviceIDs: null, Capabilities: [['gpu']], Options: {} }],
    Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 4096 }],
    PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] },
    RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10m' } },
  }),
  NetworkingConfig: { EndpointsConfig: { hernet: { Aliases: ['db'], IPAMConfig: { IPv4Address: '' } } } },
  Healthcheck: { Test: ['NONE'], Interval: 0 },
})
/** The same by root inside, where root is nobody outside. */
const remappedBody = () => {
  const { HostConfig, User: _, ...config } = fullBody()
  const {
    SecurityOpt: _own,
    UsernsMode: _host,
    Mounts,
    ...rest
  } = HostConfig as { Mounts?: readonly object[] } & Record<string, unknown>
  const readOnly = (Mounts ?? []).map((mount) => ({ ...mount, ReadOnly: true, BindOptions: { NonRecursive: true } }))
  return { ...config, User: 'root', HostConfig: { ...rest, GroupAdd: ['0'], Mounts: readOnly } }
}
export const filtered = (line: string, filters: string): string => `${line}?filters=${encodeURIComponent(filters)}`
const granted: Partial<Facts> = { grants: grants({ devices: ['/dev/fuse'], gpus: true }) }

/** The first one of each operation is the one whose every field and parameter is spoiled in turn (every-rule.test.ts). */
export const allowed: Readonly<Partial<Record<OperationId, readonly [Row, ...Row[]]>>> = {
  SystemPing: [{ line: 'GET /_ping' }],
  SystemPingHead: [{ line: 'HEAD /_ping' }],
  SystemVersion: [{ line: 'GET /version' }],
  SystemInfo: [{ line: 'GET /info' }],
  SystemAuth: [{ line: 'POST /auth' }],
  SystemEvents: [{ line: filtered('GET /events', '{"label":{"dockerrun.owner=alice":true}}') }],
  ContainerCreate: [
    { line: 'POST /containers/create', body: fullBody(), change: granted },
    { name: 'by name', line: 'POST /containers/create?name=web&platform=linux/amd64', body: createBody() },
    {
      name: "with the host's namespaces",
      line: 'POST /containers/create',
      body: host({ PidMode: 'host', IpcMode: 'host', UTSMode: 'host', NetworkMode: 'host' }),
    },
    {
      name: 'in the namespaces of an own container',
      line: 'POST /containers/create',
      body: host({ PidMode: 'container:hers', IpcMode: `container:${ids.hers}`, NetworkMode: 'container:hers' }),
    },
    {
      name: 'with the volumes of an own container',
      line: 'POST /containers/create',
      body: host({ VolumesFrom: ['hers:ro'] }),
    },
    {
      name: 'in an own job, where policy wants one',
      line: 'POST /containers/create',
      body: host({ CgroupParent: '/slurm/uid_2001/job_7' }),
      change: { isGuarded: true, grants: grants({ slurm: 'confine' }) },
    },
    { name: 'in an own network', line: 'POST /containers/create', body: host({ NetworkMode: 'hernet' }) },
    {
      name: 'in a network of the site',
      line: 'POST /containers/create',
      body: host({ NetworkMode: 'sitenet' }),
      change: { grants: grants({ networks: ['sitenet'] }) },
    },
    {
      name: 'with old binds and new volumes',
      line: 'POST /containers/create',
      body: host({ Binds: ['/home/alice:/h:ro', 'newdata:/data'], Tmpfs: { '/run': 'size=1m,mode=1777', '/etc': '' } }),
    },
    {
      name: 'with an anonymous volume',
      line: 'POST /containers/create',
      body: { ...createBody(), Volumes: { '/data': {} } },
    },
    {
      name: 'that is started again when it fails',
      line: 'POST /containers/create',
      body: host({ RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 } }),
    },
    {
      name: 'with remapped ids',
      line: 'POST /containers/create',
      body: remappedBody(),
      change: { ...granted, remapped: true },
    },
    {
      name: 'with own ids on a remapped engine',
      line: 'POST /containers/create',
      body: createBody(),
      change: { remapped: true },
    },
  ],
  ContainerStart: [{ line: `POST ${hers}/start?detachKeys=ctrl-a` }],
  ContainerRestart: [{ line: `POST ${hers}/restart?t=10` }],
  ContainerInspect: [{ line: `GET ${hers}/json` }],
  ContainerLogs: [{ line: `GET ${hers}/logs?stdout=1` }],
  ContainerAttach: [{ line: `POST ${hers}/attach?stream=1&stdin=1` }],
  ContainerWait: [{ line: `POST ${hers}/wait?condition=next-exit` }],
  ContainerResize: [{ line: `POST ${hers}/resize?h=1&w=1` }],
  ContainerStop: [{ line: `POST ${hers}/stop?t=10` }],
  ContainerKill: [{ line: `POST ${hers}/kill?signal=KILL` }],
  ContainerPause: [{ line: `POST ${hers}/pause` }],
  ContainerUnpause: [{ line: `POST ${hers}/unpause` }],
  ContainerTop: [
    { line: `GET ${hers}/top?ps_args=-ef` },
    { name: 'as docker says it', line: `GET ${hers}/top` },
    { name: 'of all, with columns', line: `GET ${hers}/top?ps_args=-eo%20pid,comm` },
  ],
  ContainerStats: [{ line: `GET ${hers}/stats?stream=0` }],
  ContainerChanges: [{ line: `GET ${hers}/changes` }],
  ContainerExport: [{ line: `GET ${hers}/export` }],
  ContainerRename: [{ line: `POST ${hers}/rename?name=new` }],
  ContainerUpdate: [
    { line: `POST ${hers}/update`, body: { Memory: 1_000_000, RestartPolicy: { Name: 'no' } } },
    { name: 'of processes', line: `POST ${hers}/update`, body: { PidsLimit: 1 } },
    { name: 'that leaves processes as they are', line: `POST ${hers}/update`, body: { PidsLimit: null } },
  ],
  ContainerDelete: [{ line: `DELETE ${hers}?force=1&v=1` }],
  ContainerList: [{ line: 'GET /containers/json?all=1' }],
  ContainerArchive: [{ line: `GET ${hers}/archive?path=/etc/passwd` }],
  ContainerArchiveInfo: [{ line: `HEAD ${hers}/archive?path=/bin/sh` }],
  ContainerExec: [
    { line: `POST ${hers}/exec`, body: { Cmd: ['id'], User: '2001:2001' } },
    {
      name: 'as root with remapped ids',
      line: `POST ${hers}/exec`,
      body: { Cmd: ['id'], User: '0' },
      change: { remapped: true, container: record({ ids: 'remapped' }) },
    },
  ],
  ExecStart: [
    { line: `POST /exec/${ids.exec}/start`, body: { Detach: false } },
    {
      name: "as the container's user",
      line: `POST /exec/${ids.exec}/start`,
      body: {},
      change: { exec: { user: '2001:2001', isPrivileged: false } },
    },
    {
      name: 'as root with remapped ids',
      line: `POST /exec/${ids.exec}/start`,
      body: {},
      change: { exec: { user: '0', isPrivileged: false }, remapped: true, container: record({ ids: 'remapped' }) },
    },
  ],
  ExecResize: [{ line: `POST /exec/${ids.exec}/resize?h=1&w=1` }],
  ExecInspect: [{ line: `GET /exec/${ids.exec}/json` }],
  ImageList: [{ line: 'GET /images/json' }],
  ImageInspect: [{ line: 'GET /images/busybox/json' }],
  ImageHistory: [{ line: 'GET /images/busybox/history' }],
  ImageGet: [{ line: 'GET /images/busybox/get' }],
  ImageGetAll: [{ line: 'GET /images/get?names=busybox' }],
  ImageCreate: [
    { line: 'POST /images/create?fromImage=busybox&tag=latest' },
    { name: 'by digest', line: `POST /images/create?fromImage=registry.example.org:5000/a/b@sha256:${'0'.repeat(64)}` },
    {
      name: 'from a registry here that policy names',
      line: 'POST /images/create?fromImage=127.0.0.1:5000/a/b:1',
      change: { grants: grants({ registries: ['127.0.0.1:5000'] }), registryIsHere: true },
    },
  ],
  ImageTag: [{ line: 'POST /images/busybox/tag?repo=localhost/alice/box&tag=1' }],
  ImageDelete: [{ line: 'DELETE /images/localhost/alice/box:1' }],
  ImagePush: [
    {
      line: 'POST /images/registry.example.org/alice/box/push?tag=1',
      change: { grants: grants({ repositories: ['registry.example.org/{login}/*'] }) },
    },
  ],
  ImageCommit: [
    { line: 'POST /commit?container=hers&repo=localhost/alice/box&tag=1', body: {} },
    { name: 'without a body', line: 'POST /commit?container=hers&repo=localhost/alice/box' },
  ],
  VolumeList: [{ line: 'GET /volumes' }],
  VolumeInspect: [{ line: 'GET /volumes/herdata' }],
  VolumeCreate: [
    { line: 'POST /volumes/create', body: { Name: 'newdata', Driver: 'local', Labels: { a: 'b' } } },
    { name: 'that is there, and her own', line: 'POST /volumes/create', body: { Name: 'herdata' } },
    { name: 'without a name', line: 'POST /volumes/create', body: { Name: '' } },
  ],
  VolumeDelete: [{ line: 'DELETE /volumes/herdata?force=1' }],
  NetworkList: [{ line: 'GET /networks' }],
  NetworkInspect: [{ line: `GET /networks/${ids.net}` }],
  NetworkCreate: [
    {
      line: 'POST /networks/create',
      body: {
        Name: 'net',
        CheckDuplicate: true,
        Driver: 'bridge',
        Internal: true,
        IPAM: { Driver: 'default', Options: {}, Config: [] },
        ConfigFrom: { Network: '' },
        Options: { 'com.docker.network.driver.mtu': '1400' },
      },
    },
  ],
  NetworkConnect: [
    {
      line: 'POST /networks/hernet/connect',
      body: { Container: 'hers', EndpointConfig: { IPAMConfig: null, Aliases: ['db'] } },
    },
  ],
  NetworkDisconnect: [{ line: 'POST /networks/hernet/disconnect', body: { Container: 'hers', Force: true } }],
  NetworkDelete: [{ line: 'DELETE /networks/hernet' }],
}

export const allowedRows: readonly (Row & { readonly operation: string })[] = Object.entries(allowed).flatMap(
  ([operation, rows]) => rows.map((row) => ({ ...row, operation })),
)
