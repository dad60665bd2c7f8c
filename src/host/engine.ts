/** What a gate asks of its own engine, over the root socket. The only import of dockerode: its typed API serves here. */
import Docker from 'dockerode'

export type EngineContainer = {
  readonly id: string
  readonly name: string
  /** Has it been started, by whomever? */
  readonly hasRun: boolean
  /** Where it works, the image's own setting included. */
  readonly workingDir: string
  /** All there is to mount: the image's volumes too. */
  readonly mounts: readonly { readonly type: string; readonly target: string }[]
}

/** How the engine runs: with userns-remap or not, and where its data is. */
export type EngineNature = { readonly isRemapped: boolean; readonly dataRoot: string }

export type Engine = {
  /** The container that a name, id or id prefix means to the engine now; undefined where there is none. */
  readonly readContainer: (reference: string) => Promise<EngineContainer | undefined>
  /** The full id of the container an exec id belongs to; undefined where there is none. */
  readonly readExecContainer: (execId: string) => Promise<string | undefined>
  /** Is there an image under this reference that was not pulled from the repository? Both as the engine lists them. */
  readonly isLocalImage: (reference: string, repository: string) => Promise<boolean>
  /** The full ids of all containers, stopped ones too. */
  readonly listContainers: () => Promise<ReadonlySet<string>>
  readonly readNature: () => Promise<EngineNature>
}

/**
 * `url` is unix:///path or tcp://host:port. `agent` is the User-Agent by which a gate knows its own calls when the engine
 * asks about them. Calls throw when the engine does not answer within ten seconds.
 */
export function openEngine(url: string, agent: string): Engine {
  const { protocol, hostname, port, pathname } = new URL(url)
  const way = protocol === 'unix:' ? { socketPath: pathname } : { host: hostname, port, protocol: 'http' as const }
  const docker = new Docker({ ...way, timeout: 10_000, headers: { 'User-Agent': agent } })
  return {
    readContainer: async (reference) => {
      const found = await orNone(docker.getContainer(reference).inspect())
      return found === undefined ? undefined : describeContainer(found)
    },
    readExecContainer: async (execId) => (await orNone(docker.getExec(execId).inspect()))?.ContainerID,
    isLocalImage: async (reference, repository) => {
      const image = await orNone(docker.getImage(reference).inspect())
      return image !== undefined && !(image.RepoDigests ?? []).some((digest) => digest.split('@')[0] === repository)
    },
    listContainers: async () => new Set((await docker.listContainers({ all: true })).map(({ Id }) => Id)),
    readNature: remember(async () => describeNature(await docker.info())),
  }
}

function describeContainer({ Id, Name, State, Config, Mounts }: Docker.ContainerInspectInfo): EngineContainer {
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    // moby container/state.go: the zero time until the first start
    hasRun: !State.StartedAt.startsWith('0001-01-01T'),
    workingDir: Config.WorkingDir,
    mounts: Mounts.map(({ Type, Destination }) => ({ type: Type, target: Destination })),
  }
}

/** moby daemon/info.go: SecurityOptions has name=userns when ids are remapped. */
function describeNature(info: unknown): EngineNature {
  const { SecurityOptions: options, DockerRootDir: dataRoot }: { SecurityOptions?: unknown; DockerRootDir?: unknown } =
    Object(info)
  if (!Array.isArray(options) || typeof dataRoot !== 'string') throw new Error('the engine did not say how it runs')
  return {
    isRemapped: options.some((option) => typeof option === 'string' && option.split(',').includes('name=userns')),
    dataRoot,
  }
}

/** An engine may come back in another mode: what it said is believed for a minute. */
function remember<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let said: { readonly answer: Value; readonly at: number } | undefined
  return async () => {
    if (said === undefined || performance.now() - said.at > 60_000)
      said = { answer: await ask(), at: performance.now() }
    return said.answer
  }
}

async function orNone<Value>(answer: Promise<Value>): Promise<Value | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return undefined
    throw error
  }
}
