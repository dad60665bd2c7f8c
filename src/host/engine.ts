/** What a gate asks of its own engine, over the root socket. The only import of dockerode: its typed API serves here. */
import Docker from 'dockerode'

export type EngineContainer = {
  readonly id: string
  readonly name: string
  /** Has it been started, by whomever? */
  readonly hasRun: boolean
}

export type Engine = {
  /** The container that a name, id or id prefix means to the engine now; undefined where there is none. */
  readonly readContainer: (reference: string) => Promise<EngineContainer | undefined>
  /** The full id of the container an exec id belongs to; undefined where there is none. */
  readonly readExecContainer: (execId: string) => Promise<string | undefined>
  /** The full ids of all containers, stopped ones too. */
  readonly listContainers: () => Promise<ReadonlySet<string>>
  /** Does it run with userns-remap? */
  readonly isRemapped: () => Promise<boolean>
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
      if (found === undefined) return undefined
      // moby container/state.go: the zero time until the first start
      const hasRun = !found.State.StartedAt.startsWith('0001-01-01T')
      return { id: found.Id, name: found.Name.replace(/^\//, ''), hasRun }
    },
    readExecContainer: async (execId) =>
      await orNone(
        docker
          .getExec(execId)
          .inspect()
          .then(({ ContainerID }) => ContainerID),
      ),
    listContainers: async () => new Set((await docker.listContainers({ all: true })).map(({ Id }) => Id)),
    isRemapped: remember(async () => hasRemappedUsers(await docker.info())),
  }
}

/** An engine may come back in the other mode: what it said is believed for a minute. */
function remember(ask: () => Promise<boolean>): () => Promise<boolean> {
  let said: { readonly answer: boolean; readonly at: number } | undefined
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

/** moby daemon/info.go: SecurityOptions has name=userns when ids are remapped. */
function hasRemappedUsers(info: unknown): boolean {
  const options =
    typeof info === 'object' && info !== null && 'SecurityOptions' in info ? info.SecurityOptions : undefined
  if (!Array.isArray(options)) throw new Error('the engine did not say how it runs')
  return options.some((option) => typeof option === 'string' && option.split(',').includes('name=userns'))
}
