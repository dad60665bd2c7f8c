/** What a gate asks of its own engine, over the root socket. The only import of dockerode: its typed API serves here. */
import Docker from 'dockerode'

export type Engine = {
  /** The container that a name, id or id prefix means to the engine now; undefined where there is none. */
  readonly findContainer: (reference: string) => Promise<{ readonly id: string; readonly name: string } | undefined>
  /** The full id of the container an exec id belongs to; undefined where there is none. */
  readonly findExecContainer: (execId: string) => Promise<string | undefined>
  /** The full ids of all containers, stopped ones too. */
  readonly listContainers: () => Promise<ReadonlySet<string>>
  /** Does it run with userns-remap? */
  readonly isRemapped: () => Promise<boolean>
}

/** `url` is unix:///path or tcp://host:port. Calls throw when the engine does not answer within ten seconds. */
export function openEngine(url: string): Engine {
  const { protocol, hostname, port, pathname } = new URL(url)
  const docker = new Docker(
    protocol === 'unix:'
      ? { socketPath: pathname, timeout: 10_000 }
      : { host: hostname, port, protocol: 'http', timeout: 10_000 },
  )
  return {
    findContainer: async (reference) => {
      const found = await orNone(docker.getContainer(reference).inspect())
      return found === undefined ? undefined : { id: found.Id, name: found.Name.replace(/^\//, '') }
    },
    findExecContainer: async (execId) =>
      await orNone(
        docker
          .getExec(execId)
          .inspect()
          .then(({ ContainerID }) => ContainerID),
      ),
    listContainers: async () => new Set((await docker.listContainers({ all: true })).map(({ Id }) => Id)),
    isRemapped: async () => hasRemappedUsers(await docker.info()),
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
