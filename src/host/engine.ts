/** What a gate asks of its own engine, over the root socket. The only import of dockerode: its typed API serves here. */
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import Docker from 'dockerode'
import { rememberNature } from './engine-nature.ts'

/** `source` and `readOnly` of a bind, `volume` of a volume. */
export type EngineMount = {
  readonly type: string
  readonly target: string
  readonly source: string
  readonly readOnly: boolean
  readonly volume: string | undefined
}

/** A container as the engine would start it now. */
export type EngineContainer = {
  readonly id: string
  readonly name: string
  /** Has it been started, by whomever? */
  readonly hasRun: boolean
  /** The id of its image. */
  readonly image: string
  /** How often its health is checked, in nanoseconds, the image's own setting included; empty where it is not. */
  readonly healthIntervals: readonly number[]
  /** Where it works, the image's own setting included. */
  readonly workingDir: string
  /** All there is to mount: the image's volumes too. */
  readonly mounts: readonly EngineMount[]
  readonly networkMode: string
  readonly pidMode: string
  readonly ipcMode: string
  /** Names or ids, as they were given. */
  readonly networks: readonly string[]
}

export type EngineExec = { readonly containerId: string; readonly user: string; readonly isPrivileged: boolean }
export type EngineNetwork = { readonly id: string; readonly name: string }
export type EngineImage = {
  readonly id: string
  readonly digests: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly workingDir: string
}
/** plain: of the local driver, without options. */
export type EngineVolume = 'plain' | 'other' | 'none'

/**
 * How the engine runs: with userns-remap or not, and where its data is. `guard` is there where gate 2 is its default runtime,
 * and is another whenever the engine may give its containers something else.
 */
export type EngineNature = {
  readonly isRemapped: boolean
  readonly dataRoot: string
  readonly guard: string | undefined
  /** Images are in containerd's store: then what was built or loaded has a digest like what was pulled. */
  readonly hasContainerdStore: boolean
}

export type Engine = {
  /** The container that a name, id or id prefix means to the engine now; undefined where there is none. */
  readonly readContainer: (reference: string) => Promise<EngineContainer | undefined>
  /** An exec by its full id; undefined where there is none. */
  readonly readExec: (execId: string) => Promise<EngineExec | undefined>
  /** The network that a name, id or id prefix means to the engine now; undefined where it means none, or several. */
  readonly readNetwork: (reference: string) => Promise<EngineNetwork | undefined>
  readonly readVolume: (name: string) => Promise<EngineVolume>
  /** The image under a reference now, and the REPOSITORY@DIGEST names it was pulled by; undefined where there is none. */
  readonly readImage: (reference: string) => Promise<EngineImage | undefined>
  /** The ids of all containers, stopped ones too, of all networks, and the names of all volumes. */
  readonly list: (kind: 'container' | 'network' | 'volume') => Promise<ReadonlySet<string>>
  readonly readNature: () => Promise<EngineNature>
  /**
   * Makes a container of root's that asks for nothing, tells its id and starts it, for gate 2 to see its spec and to deny it.
   * Without gate 2 it would not run either: its image is empty, and the gate's own, since any other could ask for volumes.
   */
  readonly showSpec: (hasInit: boolean, tell: (id: string) => void) => Promise<void>
  /** The version of the engine's default runtime, as it says it itself (1.1.5+ds1); empty where the engine does not say. */
  readonly readRuntimeVersion: () => Promise<string>
}

/**
 * `url` is unix:///path or tcp://host:port. `agent` is the User-Agent by which a gate knows its own calls when the engine
 * asks about them. Calls throw when the engine does not answer within ten seconds.
 */
export function openEngine(url: string, agent: string): Engine {
  const { protocol, hostname, port, pathname } = new URL(url)
  const way = protocol === 'unix:' ? { socketPath: pathname } : { host: hostname, port, protocol: 'http' as const }
  const headers = { 'User-Agent': agent }
  const docker = new Docker({ ...way, timeout: 10_000, headers })
  return {
    readContainer: async (reference) => {
      const found = await orNone(docker.getContainer(reference).inspect())
      return found === undefined ? undefined : describeContainer(found)
    },
    readExec: async (execId) => {
      const found = await orNone(docker.getExec(execId).inspect())
      return found === undefined ? undefined : describeExec(found)
    },
    readNetwork: async (reference) => {
      const found = await orNone(docker.getNetwork(reference).inspect())
      return found === undefined ? undefined : { id: found.Id, name: found.Name }
    },
    readVolume: async (name) => {
      const found = await orNone(docker.getVolume(name).inspect())
      return found === undefined ? 'none' : isPlain(found) ? 'plain' : 'other'
    },
    readImage: async (reference) => {
      const found = await orNone(docker.getImage(reference).inspect())
      return found === undefined
        ? undefined
        : {
            id: found.Id,
            digests: found.RepoDigests ?? [],
            labels: found.Config?.Labels ?? {},
            workingDir: found.Config?.WorkingDir ?? '',
          }
    },
    list: async (kind) => {
      if (kind === 'container') return new Set((await docker.listContainers({ all: true })).map(({ Id }) => Id))
      if (kind === 'network') return new Set((await docker.listNetworks()).map(({ Id }) => Id))
      return new Set((await docker.listVolumes()).Volumes.map(({ Name }) => Name))
    },
    readNature: rememberNature({
      ask: async () => describeNature(await docker.info()),
      // Silence is no failure here.
      listen: async () => Readable.from(await new Docker({ ...way, headers }).getEvents({ filters: ofDaemon })),
    }),
    readRuntimeVersion: async () => describeRuntime(await docker.version()),
    showSpec: async (hasInit, tell) => {
      const image = await importEmpty(docker)
      try {
        const made = await docker.createContainer({
          Image: image.id,
          Entrypoint: ['/none'],
          HostConfig: { NetworkMode: 'none', Init: hasInit },
        })
        tell(made.id)
        try {
          await made.start().catch(() => {})
        } finally {
          await made.remove({ force: true, v: true })
        }
      } finally {
        await image.remove()
      }
    },
  }
}

const ofDaemon = JSON.stringify({ type: ['daemon'] })

/** An archive without a file ends with two blocks of zeros (POSIX pax). */
async function importEmpty(docker: Docker): Promise<Docker.Image> {
  const said = await text(await docker.importImage(Readable.from([Buffer.alloc(1024)])))
  const [id] = /sha256:[0-9a-f]{64}/.exec(said) ?? []
  if (id === undefined) throw new Error(`the engine imported no empty image: ${said.slice(0, 200)}`)
  return docker.getImage(id)
}

function describeContainer(found: Docker.ContainerInspectInfo): EngineContainer {
  const { Id, Name, Image, State, Config, HostConfig, Mounts, NetworkSettings } = found
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    // moby container/state.go: the zero time until the first start
    hasRun: !State.StartedAt.startsWith('0001-01-01T'),
    image: Image,
    healthIntervals: intervalsOf(Config),
    workingDir: Config.WorkingDir,
    mounts: [
      ...Mounts.map(({ Type, Destination, Source, RW, Name: volume }) => ({
        type: Type,
        target: Destination,
        source: Source,
        readOnly: !RW,
        volume: Type === 'volume' ? (volume ?? '') : undefined,
      })),
      ...Object.keys(HostConfig.Tmpfs ?? {}).map((target) => ({
        type: 'tmpfs',
        target,
        source: '',
        readOnly: false,
        volume: undefined,
      })),
    ],
    networkMode: HostConfig.NetworkMode ?? '',
    pidMode: HostConfig.PidMode ?? '',
    ipcMode: HostConfig.IpcMode ?? '',
    networks: Object.keys(NetworkSettings.Networks),
  }
}

function intervalsOf(config: object): readonly number[] {
  const { Healthcheck }: { Healthcheck?: unknown } = config
  const { Interval, StartInterval }: { Interval?: unknown; StartInterval?: unknown } = Object(Healthcheck)
  return [Interval, StartInterval].filter((each) => typeof each === 'number')
}

/** moby daemon/exec/exec.go and api/types: ProcessConfig has who it runs as; an empty user is the container's own. */
function describeExec({ ContainerID, ProcessConfig }: Docker.ExecInspectInfo): EngineExec {
  const { user, privileged }: { user?: unknown; privileged?: unknown } = Object(ProcessConfig)
  return {
    containerId: ContainerID,
    user: typeof user === 'string' ? user : '',
    isPrivileged: privileged !== false && privileged !== undefined,
  }
}

const isPlain = ({ Driver, Options }: { readonly Driver: string; readonly Options?: object | null }): boolean =>
  Driver === 'local' && Object.keys(Options ?? {}).length === 0

/** moby daemon/info.go: SecurityOptions has name=userns when ids are remapped. */
function describeNature(info: unknown): EngineNature {
  const { SecurityOptions: options, DockerRootDir: dataRoot, DefaultRuntime, Runtimes, ...rest }: Info = Object(info)
  if (!Array.isArray(options) || typeof dataRoot !== 'string') throw new Error('the engine did not say how it runs')
  const texts = options.filter((option) => typeof option === 'string')
  const { path = '' }: { path?: unknown } = Object(Object(Runtimes)[String(DefaultRuntime)])
  const isGuarded = typeof path === 'string' && path.endsWith('/dockerrun-runtime')
  const keys = [rest.ID, rest.ServerVersion, rest.KernelVersion, rest.CgroupDriver, rest.CgroupVersion, dataRoot, path]
  return {
    isRemapped: texts.some((option) => option.split(',').includes('name=userns')),
    dataRoot,
    hasContainerdStore: JSON.stringify(rest.DriverStatus ?? '').includes('io.containerd.snapshotter.v1'),
    guard: isGuarded ? [...keys, ...texts].join(' ') : undefined,
  }
}

/** moby daemon/info_unix.go: runc is a component of the engine, under the name of the default runtime. */
function describeRuntime({ Components: components }: { readonly Components?: unknown }): string {
  const others = ['Engine', 'containerd', 'docker-init']
  for (const component of Array.isArray(components) ? components : []) {
    const { Name, Version }: { Name?: unknown; Version?: unknown } = Object(component)
    if (typeof Name === 'string' && !others.includes(Name) && typeof Version === 'string') return Version
  }
  return ''
}

type Info = Readonly<
  Partial<
    Record<
      | 'SecurityOptions'
      | 'DockerRootDir'
      | 'DefaultRuntime'
      | 'Runtimes'
      | 'ID'
      | 'ServerVersion'
      | 'KernelVersion'
      | 'CgroupDriver'
      | 'CgroupVersion'
      | 'DriverStatus',
      unknown
    >
  >
>

async function orNone<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && (error.statusCode === 404 || error.statusCode === 400))
      return undefined
    throw error
  }
}
