/** An engine and its gate as `dockerrunctl install` has set them up, started by hand: no systemd is there (LAB). */
import { mkdirSync } from 'node:fs'
import { startDaemon, type Daemon } from './daemon.ts'
import { callApi, type ApiAnswer, type ApiRequest } from './engine-api.ts'
import { addBridge, daemonEnvironment } from './engine-parts.ts'
import type { Namespace } from './namespace.ts'
import { execProgram } from './program.ts'
import { defaultRelease, readProgramFolders } from './releases.ts'
import { until } from './until.ts'

export type InstalledEngine = {
  /** As root over the socket. */
  readonly api: (request: ApiRequest) => Promise<ApiAnswer>
  readonly stop: () => Promise<void>
  /** Has the engine read daemon.json anew. */
  readonly reload: () => Promise<void>
  readonly start: (...settings: readonly string[]) => Promise<void>
  readonly gate: () => Daemon
  /** Ends the gate and starts it anew, as an upgrade does. */
  readonly restartGate: () => Promise<void>
}

export const engineFolder = '/run/inst'

/** Starts both. Hosts, TLS, plugin, runtime and group are daemon.json's; the flags are what a lab's engines must not share. */
export async function startInstalled(host: Namespace, ...gateOptions: readonly string[]): Promise<InstalledEngine> {
  mkdirSync(host.path(engineFolder), { recursive: true })
  const startGate = async () => {
    const started = startDaemon(host, ['dockerrun-authz', ...gateOptions], { log: `${engineFolder}/gate` })
    const isWell = async () => (await execProgram(host, ['dockerrun-authz', '--check'])).status === 0
    await until(isWell, { what: 'the gate', log: started.tail })
    return started
  }
  let gate = await startGate()
  await addBridge(host, 7)
  const api = async (request: ApiRequest) => await callApi(host.path('/run/docker.sock'), request)
  let engine: Daemon | undefined
  const start = async (...settings: readonly string[]) => {
    const line = ['dockerd', ...[...apart(host), ...settings].map((setting) => `--${setting}`)]
    const env = daemonEnvironment(host, readProgramFolders(defaultRelease))
    const started = startDaemon(host, line, { log: `${engineFolder}/log`, env })
    engine = started
    const isUp = async () => (await api({ path: '/_ping' }).catch(() => undefined))?.status === 200
    await until(isUp, { what: 'the engine', log: started.tail })
  }
  await start()
  const restartGate = async () => {
    await gate.stop()
    gate = await startGate()
  }
  return {
    api,
    gate: () => gate,
    restartGate,
    start,
    stop: async () => await engine?.stop(),
    reload: async () => await engine?.signal('SIGHUP'),
  }
}

const apart = (host: Namespace): readonly string[] => [
  `exec-root=${engineFolder}/exec`,
  `pidfile=${engineFolder}/pid`,
  `cgroup-parent=/${host.id}`,
  'iptables=false',
  'ip6tables=false',
  'ip-masq=false',
  'default-address-pool=base=172.27.128.0/17,size=24',
]
