/** A real engine inside a lab: own data, own CA, own bridge, own gate, TLS on the lab's own 127.0.0.1. */
import { writeFileSync } from 'node:fs'
import { type Certificates, makeCertificates } from './certificates.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { type ApiAnswer, type ApiRequest, callApi, callApiAs } from './engine-api.ts'
import { addBridge, daemonEnvironment, daemonLine, importBusybox } from './engine-parts.ts'
import { type Gate, makeGate } from './gate.ts'
import type { Namespace } from './namespace.ts'
import { type Release, defaultRelease, findProgram, readProgramFolders } from './releases.ts'
import { until } from './until.ts'

export type EngineOptions = {
  readonly name: string
  /** Whose engine, containerd, runc and client these are. */
  readonly release?: Release
  /** Started with userns-remap. */
  readonly remapped?: boolean
  /** Gate 1 in front of it (default). */
  readonly gate?: boolean
  /** Gate 2 as its default runtime (default, where there is gate 1). */
  readonly runtime?: boolean
  /** busybox:latest in it (default). */
  readonly loadImage?: boolean
  /** Another audit log for the gate. */
  readonly audit?: string
  /** The text of the gate's policy file. */
  readonly policy?: string
  /** More options of dockerd's. */
  readonly options?: readonly string[]
}

export type EngineEnvironment = {
  readonly DOCKER_HOST: string
  readonly DOCKER_TLS_VERIFY: '1'
  readonly DOCKER_CERT_PATH: string
}

export type LabContainer = {
  readonly Id: string
  readonly Names: readonly string[]
  readonly Image: string
  readonly State: string
  readonly Labels: Readonly<Record<string, string>>
}

export type Engine = {
  readonly name: string
  readonly host: string
  /** The root-only unix socket: a path inside. */
  readonly socket: string
  readonly certificates: Certificates
  readonly gate: Gate
  /** docker's own client of the same release: a path inside. */
  readonly dockerCli: string
  /** Issues the account's certificate at the first call; what its environment needs. */
  readonly login: (account: string) => Promise<EngineEnvironment>
  readonly env: (account: string) => EngineEnvironment
  /** A call as root over the unix socket. */
  readonly api: (request: ApiRequest) => Promise<ApiAnswer>
  /** The same with the certificate of an account, which must have logged in. */
  readonly apiAs: (account: string, request: ApiRequest) => Promise<ApiAnswer>
  /** All containers, the ended ones too. */
  readonly containers: () => Promise<readonly LabContainer[]>
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
  readonly log: () => string
}

/** What dockerrunctl install writes into daemon.json. */
const gate2 = (socket: string) => ({
  'default-runtime': 'dockerrun',
  runtimes: {
    dockerrun: {
      path: '/usr/local/lib/dockerrun/dist/dockerrun-runtime',
      runtimeArgs: ['--dockerrun-socket', socket],
    },
  },
})

/** `index` tells the engines of a lab apart: port, bridge and addresses follow from it. */
export const startEngine = async (lab: Namespace, index: number, options: EngineOptions): Promise<Engine> => {
  const { name, gate: hasGate = true, runtime: hasRuntime = hasGate, loadImage = true, policy = '' } = options
  const folder = `/run/lab/engines/${name}`
  const socket = `${folder}/docker.sock`
  const host = `tcp://127.0.0.1:${2376 + index}`
  const plugin = `gate-${name}`
  const programs = readProgramFolders(options.release ?? defaultRelease)
  lab.makeFolder(folder)
  const runtimeSocket = `${folder}/gate/runtime.sock`
  writeFileSync(lab.path(`${folder}/daemon.json`), JSON.stringify(hasRuntime ? gate2(runtimeSocket) : {}))

  const certificates = makeCertificates(lab, name)
  const gate = makeGate(lab, {
    plugin,
    folder: `${folder}/gate`,
    engine: `unix://${socket}`,
    policy,
    audit: options.audit,
    runtimeSocket,
  })
  const api = (request: ApiRequest) => callApi(lab.path(socket), request)
  let daemon: Daemon | undefined

  const start = async () => {
    const line = daemonLine({ id: lab.id, folder, host, index, options, plugin: hasGate ? plugin : undefined })
    const started = startDaemon(lab, line, { log: `${folder}/log`, env: daemonEnvironment(lab, programs) })
    daemon = started
    const isUp = async () => {
      if (!started.isRunning()) throw new Error(`dockerd ended\n${started.tail()}${gate.log()}`)
      return (await api({ path: '/_ping' }).catch(() => undefined))?.status === 200
    }
    await until(isUp, { what: `engine ${name}`, seconds: 30, log: () => started.tail() + gate.log() })
  }

  const issued = new Map<string, Promise<unknown>>()
  const env = (account: string): EngineEnvironment => ({
    DOCKER_HOST: host,
    DOCKER_TLS_VERIFY: '1',
    DOCKER_CERT_PATH: certificates.pathOf(account),
  })

  const engine: Engine = {
    name,
    host,
    socket,
    certificates,
    gate,
    dockerCli: findProgram(lab, programs, 'docker'),
    env,
    login: async (account) => {
      const certificate = issued.get(account) ?? certificates.issue(account)
      issued.set(account, certificate)
      await certificate
      return env(account)
    },
    api,
    apiAs: (account, request) => callApiAs(lab, request, { as: account, env: env(account) }),
    containers: async () => JSON.parse((await api({ path: '/containers/json?all=1' })).body) as LabContainer[],
    start,
    stop: async () => {
      await daemon?.stop()
      await gate.stop()
    },
    log: () => daemon?.tail() ?? '',
  }

  await Promise.all([certificates.make(), addBridge(lab, index), hasGate ? gate.start() : undefined])
  await start()
  if (loadImage) await importBusybox(api)
  return engine
}
