/** What an ordinary user may ask of the engine: one rule for each operation, so that none is forgotten. */
import type { OperationId } from '../contract/operations.ts'
import { anyText, flag, matching, number } from './checks.ts'
import { containerCreate, objectToCreation } from './container-create.ts'
import { containerExec, execStart } from './container-exec.ts'
import { objectToImageRead, objectToShellPath, objectToProbe, objectToStart } from './containers.ts'
import { objectToPull } from './images.ts'
import { objectToName } from './names.ts'
import type { QueryRules, Rule } from './rule.ts'

const deny = (why: string): Rule => ({ verdict: 'deny', why })
const read = (why: string, query: QueryRules = {}): Rule => ({ verdict: 'check', query, body: 'none', why })
const own = (why: string, query: QueryRules = {}): Rule => ({
  verdict: 'check',
  on: 'own container',
  query,
  body: 'none',
  why,
})

const signal = { check: matching(/^[A-Za-z0-9+-]{0,16}$/, 'a signal') }
const detachKeys = { check: anyText }
const size = { h: { check: number }, w: { check: number } }
const streams: QueryRules = {
  stream: { check: flag },
  stdin: { check: flag },
  stdout: { check: flag },
  stderr: { check: flag },
  logs: { check: flag },
  detachKeys,
}
const swarm = deny('swarm tasks are created where no gate is asked (M29)')
const plugins = deny('engine plugins run as root')
const checkpoints = deny('a checkpoint is written and read by root, wherever the user says')
const volumes = deny('volumes are not granted: bind a folder of your own with --mount type=bind')
const networks = deny('networks are not granted: use bridge, none or host')
const prune = deny("prune removes other users' objects (M60)")
const build = deny('a build on the shared engine is root (M24), and its cache crosses users (M26)')
const otherImages = deny('image names are shared by all users of this engine: only pulls are granted')

export const rules: Readonly<Record<OperationId, Rule>> = {
  SystemPing: read('says only that the engine is up'),
  SystemPingHead: read('says only that the engine is up'),
  SystemVersion: read('says what the engine is'),
  SystemInfo: read('says what the engine is'),
  SystemAuth: deny('the engine would speak to any registry: credentials are for the client to keep'),
  SystemEvents: deny("events name other users' containers and their commands"),
  SystemDataUsage: deny('costs the engine much, and counts what others have'),

  ContainerCreate: {
    verdict: 'check',
    query: {
      name: { check: objectToName },
      platform: { check: matching(/^[a-z0-9/_.-]{0,64}$/, 'a platform such as linux/amd64') },
    },
    body: containerCreate,
    also: objectToCreation,
    why: 'a container may do what its user may, and no more',
  },
  ContainerStart: {
    verdict: 'check',
    on: 'own container',
    query: { detachKeys },
    body: 'none',
    also: objectToStart,
    why: 'an own container, its binds checked again',
  },
  ContainerInspect: own('an own container', { size: { check: flag } }),
  ContainerLogs: own('an own container', {
    follow: { check: flag },
    stdout: { check: flag },
    stderr: { check: flag },
    timestamps: { check: flag },
    details: { check: flag },
    since: { check: anyText },
    until: { check: anyText },
    tail: { check: matching(/^(?:all|-?[0-9]{0,9})$/, 'a number or all') },
  }),
  ContainerAttach: own('an own container', streams),
  ContainerWait: own('an own container', {
    condition: { check: matching(/^(?:|not-running|next-exit|removed)$/, 'not-running, next-exit or removed') },
  }),
  ContainerResize: own('an own container', size),
  ContainerStop: own('an own container', {
    t: { check: matching(/^(?:|[0-9]|[1-9][0-9]|1[01][0-9]|120)$/, 'up to 120 seconds') },
    signal,
  }),
  ContainerKill: own('an own container', { signal }),
  ContainerDelete: own('an own container', {
    v: { check: flag },
    force: { check: flag },
    link: { check: matching(/^(?:0|false|)$/, 'left out: links are not granted') },
  }),
  ContainerList: read('lists what ps shows on the host', {
    all: { check: flag },
    limit: { check: number },
    size: { check: matching(/^(?:0|false|)$/, 'left out: sizes cost the engine much') },
    filters: { check: anyText },
  }),
  ContainerArchive: {
    verdict: 'check',
    on: 'own container',
    query: { path: { check: objectToImageRead, required: true } },
    body: 'none',
    also: objectToProbe,
    why: "the image's passwd and group, of a container that never ran and never will",
  },
  ContainerArchiveInfo: {
    verdict: 'check',
    on: 'own container',
    query: { path: { check: objectToShellPath, required: true } },
    body: 'none',
    also: objectToProbe,
    why: 'whether the image has a shell, of a container that never ran and never will',
  },
  PutContainerArchive: deny('the engine would write as root, through binds too (M06)'),
  ContainerTop: deny('the engine would run ps as root with the arguments given'),
  ContainerExport: deny('the engine would read the container as root'),
  ContainerChanges: deny('not granted'),
  ContainerStats: deny('not granted'),
  ContainerAttachWebsocket: deny('not granted: use attach'),
  ContainerPause: deny('not granted'),
  ContainerUnpause: deny('not granted'),
  ContainerRestart: deny('not granted: use stop and start, so that binds are checked again (M05b)'),
  ContainerRename: deny('a freed name could be taken while others still use it'),
  ContainerUpdate: deny('limits checked at creation could be lifted afterwards (M58)'),
  ContainerPrune: prune,
  ContainerCopy: deny('is gone from the API (M20)'),
  CheckpointList: checkpoints,
  CheckpointCreate: checkpoints,
  CheckpointDelete: checkpoints,

  ContainerExec: {
    verdict: 'check',
    on: 'own container',
    query: {},
    body: containerExec,
    why: 'a process in an own container, as its user',
  },
  ExecStart: { verdict: 'check', on: 'own exec', query: {}, body: execStart, why: 'an own process' },
  ExecResize: { verdict: 'check', on: 'own exec', query: size, body: 'none', why: 'an own process' },
  ExecInspect: { verdict: 'check', on: 'own exec', query: {}, body: 'none', why: 'an own process' },

  ImageList: read('images are not secret', {
    all: { check: flag },
    digests: { check: flag },
    'shared-size': { check: flag },
    manifests: { check: flag },
    filters: { check: anyText },
  }),
  ImageInspect: read('images are not secret', { manifests: { check: flag }, platform: { check: anyText } }),
  ImageCreate: {
    verdict: 'check',
    query: {
      fromImage: { check: anyText },
      tag: { check: anyText },
      platform: { check: matching(/^[a-z0-9/_.-]{0,64}$/, 'a platform such as linux/amd64') },
    },
    body: 'none',
    also: objectToPull,
    why: 'a pull writes the name it reads',
  },
  ImageHistory: otherImages,
  ImageAttestations: otherImages,
  ImageSearch: otherImages,
  ImageGet: otherImages,
  ImageGetAll: otherImages,
  ImageTag: deny("a tag could stand in another's way (M17)"),
  ImageDelete: deny("images are everybody's"),
  ImagePush: otherImages,
  ImageLoad: deny('the names are inside the archive, where no gate sees them (M17)'),
  ImageCommit: deny("a tag could stand in another's way (M17)"),
  ImagePrune: prune,
  ImageBuild: build,
  BuildPrune: prune,
  BuildCancel: build,
  Session: build,
  Grpc: build,
  DistributionInspect: deny('the engine would speak to any registry'),

  VolumeList: volumes,
  VolumeInspect: volumes,
  VolumeCreate: volumes,
  VolumeUpdate: volumes,
  VolumeDelete: volumes,
  VolumePrune: prune,
  NetworkList: networks,
  NetworkInspect: networks,
  NetworkCreate: networks,
  NetworkConnect: networks,
  NetworkDisconnect: networks,
  NetworkDelete: networks,
  NetworkPrune: prune,

  SwarmInit: swarm,
  SwarmJoin: swarm,
  SwarmLeave: swarm,
  SwarmInspect: swarm,
  SwarmUnlockkey: swarm,
  SwarmUpdate: swarm,
  SwarmUnlock: swarm,
  ServiceList: swarm,
  ServiceInspect: swarm,
  ServiceCreate: swarm,
  ServiceUpdate: swarm,
  ServiceDelete: swarm,
  ServiceLogs: swarm,
  NodeList: swarm,
  NodeInspect: swarm,
  NodeDelete: swarm,
  NodeUpdate: swarm,
  TaskList: swarm,
  TaskInspect: swarm,
  TaskLogs: swarm,
  SecretList: swarm,
  SecretCreate: swarm,
  SecretDelete: swarm,
  SecretInspect: swarm,
  SecretUpdate: swarm,
  ConfigList: swarm,
  ConfigCreate: swarm,
  ConfigDelete: swarm,
  ConfigInspect: swarm,
  ConfigUpdate: swarm,
  PluginList: plugins,
  PluginInspect: plugins,
  GetPluginPrivileges: plugins,
  PluginDelete: plugins,
  PluginEnable: plugins,
  PluginDisable: plugins,
  PluginPull: plugins,
  PluginPush: plugins,
  PluginUpgrade: plugins,
  PluginSet: plugins,
  PluginCreate: plugins,
  DebugVars: deny('shows the engine from inside'),
  DebugProfile: deny('shows the engine from inside'),
}
