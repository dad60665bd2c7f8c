/** What doctor looks at on this host, gathered once: each fact by itself, so that one that fails takes no other along. */
import { dirname, join } from 'node:path'
import { parseDaemon, runtimeName, type Daemon } from '../daemon-json.ts'
import { unixHostsOf } from './engine-settings.ts'
import { known, type Fact, type HostFacts } from './facts.ts'
import { readCertificates } from './read-certificates.ts'
import { readDoor, readDoorsBeside, readGroup, readSocketHttp2, readTcp } from './read-doors.ts'
import { readEngineFacts } from './read-engine.ts'
import { readAccounts, readIdRanges, readNamespacesOff, readNss, readOwnersNow, uidsByName } from './read-people.ts'
import {
  readDisk,
  readInstalled,
  readInstallRecord,
  readNotEnabled,
  readOpenPlaces,
  readPolicyFacts,
  readSlurm,
  readSudoRule,
  type InstallRecord,
} from './read-places.ts'
import { readPluginFiles, readProcesses } from './read-processes.ts'
import { attempt, readTextIfAny, textOf, toRecord } from './reading.ts'

export type HostPlaces = {
  readonly daemonJson: string
  /** The engine's root socket, and the gate's. */
  readonly engineSocket: string
  readonly gateSocket: string
  readonly pki: string
  readonly policy: string
  readonly state: string
  readonly audit: string
  /** What root runs as dockerrunctl. */
  readonly programs: readonly string[]
}

const client = '/etc/dockerrun/dockerrun.yaml'
const sudoRule = '/etc/sudoers.d/dockerrun'
const record = '/etc/dockerrun/install.json'
const noInstallation: InstallRecord = {
  entries: [],
  commands: { install: 'dockerrunctl install', restart: 'systemctl restart docker' },
}
const containerd = '/run/containerd/containerd.sock'
const pluginFolders = ['/run/docker/plugins', '/etc/docker/plugins', '/usr/lib/docker/plugins']

export async function gatherHostFacts(places: HostPlaces): Promise<HostFacts> {
  const { daemonJson, engineSocket, gateSocket, pki, policy, state, audit } = places
  const [daemon, running, accounts, installation] = await Promise.all([
    attempt(() => parseDaemon(readTextIfAny(daemonJson), daemonJson)),
    attempt(async () => await readProcesses(places)),
    attempt(readAccounts),
    attempt(async () => await readInstallRecord(record)),
  ])
  const people = known(accounts) ?? []
  const { entries, commands } = known(installation) ?? noInstallation
  const engines = known(running)?.engines ?? []
  const answers = await readEngineFacts(engineSocket, gateSocket, state)
  const [doors, certificates, owners, others] = await Promise.all([
    readDoors(engineSocket, engines.flatMap(unixHostsOf), people),
    readCertificates(pki, daemonJson),
    readOwnersNow(answers.containers),
    readOthers(
      places,
      daemon,
      [...(known(running)?.programs ?? [])],
      entries.map(({ path }) => path),
    ),
  ])
  return {
    daemon,
    processes: running,
    ...answers,
    ...doors,
    ...certificates,
    ...others,
    owners,
    tcp: await readTcp(engines),
    idRanges: await attempt(readIdRanges),
    accounts: uidsByName(accounts),
    namespacesOff: await attempt(readNamespacesOff),
    slurm: readSlurm(),
    nss: await attempt(readNss),
    audit: await attempt(() => readDisk(audit)),
    installed:
      'why' in installation ? installation : await attempt(() => readInstalled(entries, [daemonJson, policy, client])),
    now: new Date(),
    daemonPath: daemonJson,
    commands,
  }
}

type People = Parameters<typeof readDoor>[1]

async function readDoors(
  engineSocket: string,
  others: readonly string[],
  people: People,
): Promise<Pick<HostFacts, 'engineSocket' | 'rootSockets' | 'socketHttp2' | 'dockerGroup'>> {
  const [socket, rootSockets, http2, group] = await Promise.all([
    attempt(async () => await readDoor(engineSocket, people)),
    attempt(async () => await readDoorsBeside(engineSocket, [containerd, ...others], people)),
    readSocketHttp2(engineSocket),
    attempt(async () => (await readGroup('docker', people))?.members ?? []),
  ])
  return { engineSocket: socket, rootSockets, socketHttp2: http2, dockerGroup: group }
}

async function readOthers(
  { daemonJson, gateSocket, pki, policy, state, audit, programs }: HostPlaces,
  daemon: Fact<Daemon>,
  running: readonly string[],
  written: readonly string[],
): Promise<Pick<HostFacts, 'openPlaces' | 'policy' | 'sudoRule' | 'notEnabled' | 'pluginFiles'>> {
  const runtime = textOf(toRecord(toRecord(known(daemon)?.['runtimes'])[runtimeName])['path'])
  const inPki = ['ca.pem', 'ca-key.pem', 'issued.jsonl', 'revoked.jsonl', 'server/cert.pem', 'server/key.pem']
  const units = written
    .map((path) => path.replace('/etc/systemd/system/', ''))
    .filter((name) => /^dockerrun-authz\.socket$/.test(name))
  const [openPlaces, facts, rule, notEnabled, pluginFiles] = await Promise.all([
    attempt(() =>
      readOpenPlaces({
        policy: [policy],
        settings: [daemonJson],
        programs: [...new Set([...programs, ...running, ...(runtime.startsWith('/') ? [runtime] : [])])],
        keys: [pki, ...inPki.map((name) => join(pki, name))],
        plugin: [dirname(gateSocket), gateSocket],
        state: [state, join(state, 'containers')],
        audit: [audit],
        installed: written.filter((path) => ![policy, daemonJson].includes(path)),
      }),
    ),
    attempt(async () => await readPolicyFacts(policy)),
    attempt(async () => await readSudoRule(sudoRule)),
    attempt(async () => await readNotEnabled(units)),
    attempt(() => readPluginFiles(pluginFolders, 'dockerrun')),
  ])
  return { openPlaces, policy: facts, sudoRule: rule, notEnabled, pluginFiles }
}
