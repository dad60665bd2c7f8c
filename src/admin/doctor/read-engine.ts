/** What the engine says of itself and of its containers, asked as root on its socket; and the gate. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { openEngine, type Engine } from '../../host/http.ts'
import { adoptContainers } from '../adopt.ts'
import { textsOf } from '../daemon-json.ts'
import { askGate } from '../gate-call.ts'
import type { ContainerFacts, EngineFacts, HostFacts } from './facts.ts'
import { readContainerGroups } from './read-container-groups.ts'
import { attempt, listOf, placeOf, readTextIfAny, textOf, toRecord } from './reading.ts'

type Answers = Pick<HostFacts, 'gate' | 'engine' | 'containers' | 'unrecorded'>

/** While a gate is away, its engine answers nobody, and that after 15 seconds (T17): it is not asked then. */
const patience = 20_000
const shortPatience = 2_000

export async function readEngineFacts(socket: string, gateSocket: string, state: string): Promise<Answers> {
  const gate = await askGate(gateSocket, '/Plugin.Activate', {}).then(
    (answer) => (textsOf(toRecord(answer)['Implements']).includes('authz') ? ('well' as const) : ('silent' as const)),
    () => 'silent' as const,
  )
  const ask = askWithin(socket, gate === 'well' ? patience : shortPatience)
  const [engine, containers, unrecorded] = await Promise.all([
    attempt(async () => await readEngine(ask)),
    attempt(async () => await readContainers(ask, readOwners(join(state, 'containers')))),
    attempt(async () => (await adoptContainers(gateSocket, { containers: 'all', isTrial: true })).map(({ id }) => id)),
  ])
  return { gate: { is: gate }, engine, containers, unrecorded }
}

type Ask = (path: string) => Promise<unknown>

/** A connection for each question. */
const askWithin =
  (path: string, milliseconds: number): Ask =>
  async (place) => {
    const engine: Engine = await openEngine({ kind: 'unix', path })
    try {
      const { status, body } = await engine.ask('GET', place, { signal: AbortSignal.timeout(milliseconds) })
      if (status !== 200) throw new Error(`${place} is answered with ${status}`)
      return JSON.parse(body.toString())
    } finally {
      engine.close()
    }
  }

async function readEngine(ask: Ask): Promise<EngineFacts> {
  const [info, version] = await Promise.all([ask('/info').then(toRecord), ask('/version').then(toRecord)])
  const components = listOf(version['Components']).map(toRecord)
  const runtime = components.find(({ Name }) => !['Engine', 'containerd', 'docker-init'].includes(textOf(Name)))
  const options = textsOf(info['SecurityOptions']).map((option) => option.split(','))
  const time = Date.parse(textOf(info['SystemTime']))
  const registries = toRecord(toRecord(info['RegistryConfig'])['IndexConfigs'])
  return {
    version: textOf(info['ServerVersion']),
    runtimeVersion: textOf(runtime?.['Version']),
    runtimeBuild: textOf(toRecord(runtime?.['Details'])['GitCommit']),
    defaultRuntime: textOf(info['DefaultRuntime']),
    runtimes: Object.keys(toRecord(info['Runtimes'])),
    plugins: textsOf(toRecord(info['Plugins'])['Authorization']),
    managedPlugins: readManagedPlugins(join(textOf(info['DockerRootDir']), 'plugins')),
    isRemapped: options.some((option) => option.includes('name=userns')),
    hasSeccomp: options.some((option) => option.includes('name=seccomp') && !option.includes('profile=unconfined')),
    hasSwarm: toRecord(info['Swarm'])['LocalNodeState'] === 'active',
    hasLiveRestore: info['LiveRestoreEnabled'] === true,
    cgroupDriver: textOf(info['CgroupDriver']),
    insecureRegistries: Object.keys(registries).filter((name) => toRecord(registries[name])['Secure'] === false),
    ahead: Number.isNaN(time) ? 0 : time - Date.now(),
    dataRoot: placeOf(textOf(info['DockerRootDir'])),
  }
}

/** From the engine's own files (moby plugin/manager.go): who has no name on the socket is not told of plugins. */
function readManagedPlugins(folder: string): readonly string[] {
  const names = placeOf(folder) === undefined ? [] : readdirSync(folder).filter((name) => /^[0-9a-f]{64}$/.test(name))
  return names.flatMap((id) => {
    const { Enabled, Name } = toRecord(
      toRecord(JSON.parse(readTextIfAny(join(folder, id, 'config.json')) ?? '{}'))['plugin'],
    )
    return Enabled === true ? [textOf(Name)] : []
  })
}

type Owners = ReadonlyMap<string, { readonly login: string; readonly uid: number; readonly isOwn: boolean }>

/** The gate's records, one file each. What is root's, nobody's in particular or of an older form is not told. */
function readOwners(folder: string): Owners {
  const names = placeOf(folder) === undefined ? [] : readdirSync(folder).filter((name) => /^[0-9a-f]{64}$/.test(name))
  return new Map(
    names.flatMap((id) => {
      const { owner, login, ids } = toRecord(JSON.parse(readTextIfAny(join(folder, id)) ?? '{}'))
      return typeof owner === 'number' && owner !== 0 && typeof login === 'string'
        ? [[id, { login, uid: owner, isOwn: ids === 'own' }] as const]
        : []
    }),
  )
}

async function readContainers(ask: Ask, owners: Owners): Promise<readonly ContainerFacts[]> {
  const groups = readContainerGroups()
  return listOf(await ask('/containers/json?all=1'))
    .map(toRecord)
    .map(({ Id, Names, Mounts }) => {
      const id = textOf(Id)
      const record = owners.get(id)
      return {
        id,
        name: (textsOf(Names)[0] ?? id).replace(/^\//, ''),
        sources: listOf(Mounts).map((mount) => textOf(toRecord(mount)['Source'])),
        owner: record === undefined ? undefined : { login: record.login, uid: record.uid },
        // Those of a remapped container are nobody's on this host.
        gids: record?.isOwn === true ? (groups.get(id) ?? []) : [],
      }
    })
}
