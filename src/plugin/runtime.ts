/** Gate 2's part of the service: on a socket of its own, with gate 1's records, accounts and policy. */
import { existsSync, rmSync } from 'node:fs'
import { createConnection, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { standIn } from '../contract/labels.ts'
import { Failure } from '../failure.ts'
import type { Engine } from '../host/engine.ts'
import { makeOwnFolder } from '../host/files.ts'
import { openReferences } from '../runtime/reference.ts'
import { createRuntimeGate, type RuntimePorts } from '../runtime/serve.ts'
import type { Records } from './records.ts'
import type { Builds } from './roots-things.ts'
import type { Settings } from './settings.ts'

type Parts = Pick<RuntimePorts, 'lookUp' | 'groupNames' | 'grantsOf' | 'now' | 'writeAudit' | 'report'> & {
  readonly engine: Pick<Engine, 'showSpec' | 'readRuntimeVersion'>
  readonly records: Records
  readonly builds: Builds
}

export type Runtime = {
  readonly listen: () => Promise<void>
  /** Throws nothing: without a reference gate 2 denies. */
  readonly prepare: (guard: string) => Promise<void>
  /** The next user's container is compared with what the engine gives then. */
  readonly forget: () => void
  /** What is being answered is answered first; settles within three seconds. */
  readonly close: () => Promise<void>
}

export function openRuntime({ state, runtimeSocket }: Settings, { engine, records, builds, ...parts }: Parts): Runtime {
  const references = openReferences({
    show: engine.showSpec,
    readVersion: engine.readRuntimeVersion,
    file: join(state, 'reference'),
    report: parts.report,
  })
  const server = createRuntimeGate({
    ...parts,
    record: (id) => records.get(id),
    volumeOwner: (name) => records.holding('volume', name)?.owner,
    noteGroups: (id, holdsGroups) => {
      const record = records.get(id)
      if (record !== undefined && record.holdsGroups !== holdsGroups) records.put({ ...record, holdsGroups })
    },
    isBuilding: () => builds.isAny(parts.now()),
    reference: references.get,
    isReference: references.isReference,
    learn: references.learn,
  })
  return {
    listen: async () => await listenAlone(server, runtimeSocket),
    prepare: references.prepare,
    forget: references.forget,
    close: async () =>
      await new Promise((resolve) => {
        server.close(() => resolve())
        setTimeout(resolve, longest).unref()
      }),
  }
}

/** The service manager waits longer than this and what gate 1 takes together (src/admin/units.ts). */
const longest = 3_000

async function listenAlone(server: Server, socket: string): Promise<void> {
  await makeOwnFolder(dirname(socket), 0o755)
  await makeOwnFolder(standIn, 0o755)
  if (existsSync(socket) && (await isAnswered(socket)))
    throw new Failure('settings', `another gate listens on ${socket}`, {
      hint: 'one gate serves one engine: stop the other or choose another --runtime-socket',
    })
  // A socket file without a listener is a crash's.
  rmSync(socket, { force: true })
  const mask = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ path: socket, backlog: 4096 }, resolve)
    })
  } finally {
    process.umask(mask)
  }
}

const isAnswered = async (path: string): Promise<boolean> =>
  await new Promise((resolve) => {
    const connection = createConnection({ path })
    connection.once('connect', () => resolve(true)).once('error', () => resolve(false))
    connection.once('close', () => connection.destroy())
    connection.once('connect', () => connection.destroy())
  })
