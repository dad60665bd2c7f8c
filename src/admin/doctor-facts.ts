/** What doctor looks at on this host, gathered once; what is not there or does not answer is said so. */
import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openEngine } from '../host/http.ts'
import { runProgram } from '../host/processes.ts'
import { adoptContainers } from './adopt.ts'
import { parseDaemon, textsOf } from './daemon-json.ts'
import type { HostFacts, Place } from './doctor.ts'
import { askGate } from './gate-call.ts'
import { checkPolicy } from './policy-reading.ts'

export type HostPlaces = {
  readonly daemonJson: string
  /** The engine's root socket, and the gate's. */
  readonly engineSocket: string
  readonly gateSocket: string
  readonly pki: string
  readonly policy: string
  readonly audit: string
}

export async function gatherHostFacts(places: HostPlaces): Promise<HostFacts> {
  const [engine, isGateAnswering, unrecorded, group, policy] = await Promise.all([
    readEngine(places.engineSocket),
    isPlugin(places.gateSocket),
    readUnrecorded(places.gateSocket),
    runProgram('getent', ['group', '--', 'docker']),
    checkPolicy(places.policy, { isDraft: false }).catch((error: unknown) => messageOf(error)),
  ])
  return {
    daemon: readDaemon(places.daemonJson),
    engineLines: readEngineLines(),
    engine,
    isGateAnswering,
    unrecorded,
    dockerGroup: (group.stdout.split(':')[3] ?? '').split(',').filter((name) => name !== ''),
    socket: placeOf(places.engineSocket),
    dataRoot: engine === undefined ? undefined : placeOf(engine.dataRoot),
    caKey: placeOf(join(places.pki, 'ca-key.pem')),
    ends: ['ca.pem', 'server/cert.pem'].flatMap((name) => readEnd(join(places.pki, name), name)),
    policyProblem: typeof policy === 'string' ? policy : undefined,
    isSocketAnonymous: typeof policy !== 'string' && policy.policy.socket === 'anonymous',
    auditRoom: roomOf(dirname(places.audit)),
    now: new Date(),
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function readDaemon(path: string): HostFacts['daemon'] {
  try {
    return parseDaemon(readTextIfAny(path), path)
  } catch (error) {
    return { why: messageOf(error) }
  }
}

function readTextIfAny(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Processes may end while we look. */
const readEngineLines = (): HostFacts['engineLines'] =>
  readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map((pid) => (readTextIfAny(`/proc/${pid}/cmdline`) ?? '').split('\0').filter((word) => word !== ''))
    .filter(([program = '']) => /(?:^|\/)dockerd$/.test(program))

async function readEngine(path: string): Promise<HostFacts['engine']> {
  const engine = await openEngine({ kind: 'unix', path })
  try {
    const [info, version] = await Promise.all(
      ['/info', '/version'].map(async (place) =>
        toRecord(JSON.parse((await engine.ask('GET', place)).body.toString())),
      ),
    )
    const components = (Array.isArray(version?.['Components']) ? version['Components'] : []).map(toRecord)
    const runtime = components.find(({ Name }) => !['Engine', 'containerd', 'docker-init'].includes(String(Name)))
    return {
      version: textOf(info?.['ServerVersion']),
      runtimeVersion: textOf(runtime?.['Version']),
      defaultRuntime: textOf(info?.['DefaultRuntime']),
      runtimes: Object.keys(toRecord(info?.['Runtimes'])),
      plugins: textsOf(toRecord(info?.['Plugins'])['Authorization']),
      isRemapped: textsOf(info?.['SecurityOptions']).some((option) => option.split(',').includes('name=userns')),
      hasSwarm: toRecord(info?.['Swarm'])['LocalNodeState'] === 'active',
      dataRoot: textOf(info?.['DockerRootDir']),
    }
  } catch {
    return undefined
  } finally {
    engine.close()
  }
}

const toRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const isPlugin = async (socket: string): Promise<boolean> =>
  await askGate(socket, '/Plugin.Activate', {}).then(
    (answer) => textsOf(toRecord(answer)['Implements']).includes('authz'),
    () => false,
  )

const readUnrecorded = async (socket: string): Promise<readonly string[]> =>
  await adoptContainers(socket, { containers: 'all', isTrial: true }).then(
    (found) => found.map(({ id }) => id),
    () => [],
  )

function placeOf(path: string): Place | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? undefined : { mode: found.mode & 0o7777, uid: found.uid, gid: found.gid }
}

function readEnd(path: string, name: string): HostFacts['ends'] {
  const pem = readTextIfAny(path)
  return pem === undefined ? [] : [{ name, notAfter: new Date(new X509Certificate(pem).validTo) }]
}

/** What is not there yet has room. */
function roomOf(folder: string): number {
  try {
    const { bavail, blocks } = statfsSync(folder)
    return blocks === 0 ? 1 : bavail / blocks
  } catch {
    return 1
  }
}
