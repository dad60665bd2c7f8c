/** What no ordinary user may ask of the engine, whatever is in the request; each with its reason. */
import type { OperationId } from '../contract/operations.ts'
import type { Rule } from './rule.ts'

const deny = (why: string): Rule => ({ verdict: 'deny', why })

const swarm = deny('swarm tasks are created where no gate is asked (M29)')
const plugins = deny('engine plugins run as root')
const checkpoints = deny('a checkpoint is written and read by root, wherever the user says')
const prune = deny(
  "prune removes other users' objects, whatever it is filtered by (M60): list your own, and remove those by name",
)
const build = deny('a build on the shared engine is root (M24), and its cache crosses users (M26): use dockerbuild')

export const refused = {
  SystemDataUsage: deny('costs the engine much, and counts what others have: docker ps --size says it of your own'),
  PutContainerArchive: deny('the engine would write as root, through binds too (M06): use dockerexec and tar'),
  ContainerAttachWebsocket: deny('not granted: use attach'),
  ContainerPrune: prune,
  ContainerCopy: deny('is gone from the API (M20)'),
  CheckpointList: checkpoints,
  CheckpointCreate: checkpoints,
  CheckpointDelete: checkpoints,
  ImageAttestations: deny('not granted'),
  ImageSearch: deny('the engine would speak to any registry'),
  ImageLoad: deny(
    'the names are inside the archive, where no gate sees them (M17): push the image to a registry, and pull it',
  ),
  ImagePrune: prune,
  ImageBuild: build,
  BuildPrune: prune,
  BuildCancel: build,
  Session: build,
  Grpc: build,
  DistributionInspect: deny('the engine would speak to any registry'),
  VolumeUpdate: deny('has no meaning without swarm'),
  VolumePrune: prune,
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
} as const satisfies Partial<Record<OperationId, Rule>>
