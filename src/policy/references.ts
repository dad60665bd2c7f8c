/** What a request, or a container that is to start, calls by a name that only the engine can resolve. */
import type { FinalContainer } from './facts.ts'
import { listAt, textAt } from './fields.ts'
import { joined, volumesFromReference } from './joins.ts'
import { findVolumeNames } from './asked-mounts.ts'
import { findNetworkReferences, namedNetworks } from './networks.ts'
import type { Request } from './request.ts'

export type References = {
  readonly containers: readonly string[]
  readonly networks: readonly string[]
  readonly volumes: readonly string[]
}

const unique = (words: readonly string[]): readonly string[] => [...new Set(words.filter((word) => word !== ''))]

/** No request has more: each costs a question to the engine. */
const most = 64

const few = ({ containers, networks, volumes }: References): References => ({
  containers: unique(containers).slice(0, most),
  networks: unique(networks).slice(0, most),
  volumes: unique(volumes).slice(0, most),
})

export function findReferences({ operation, object, body }: Request): References {
  const value = body.kind === 'json' ? body.value : undefined
  switch (operation) {
    case 'ContainerCreate':
      return few({
        containers: [
          ...['NetworkMode', 'PidMode', 'IpcMode'].map((key) => joined(textAt(value, 'HostConfig', key)) ?? ''),
          ...listAt(value, 'HostConfig', 'VolumesFrom').map(volumesFromReference),
        ],
        networks: findNetworkReferences(value),
        volumes: findVolumeNames(value),
      })
    case 'VolumeCreate':
      return few({ containers: [], networks: [], volumes: [textAt(value, 'Name')] })
    case 'VolumeInspect':
    case 'VolumeDelete':
      return few({ containers: [], networks: [], volumes: [object] })
    case 'NetworkConnect':
    case 'NetworkDisconnect':
      return few({ containers: [textAt(value, 'Container')], networks: [object], volumes: [] })
    case 'NetworkInspect':
    case 'NetworkDelete':
      return few({ containers: [], networks: [object], volumes: [] })
    default:
      return few({ containers: [], networks: [], volumes: [] })
  }
}

export function finalReferences({ networkMode, pidMode, ipcMode, networks, mounts }: FinalContainer): References {
  return few({
    containers: [networkMode, pidMode, ipcMode].map((mode) => joined(mode) ?? ''),
    networks: namedNetworks([networkMode, ...networks]),
    volumes: mounts.map(({ volume }) => volume ?? ''),
  })
}
