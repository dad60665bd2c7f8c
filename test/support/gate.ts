/** Gate 1 as shipped, in front of one engine of a lab. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type Daemon, startDaemon } from './daemon.ts'
import type { Namespace } from './namespace.ts'
import { until } from './until.ts'

export type Gate = {
  readonly start: () => Promise<void>
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>
  /** One that it goes on after. */
  readonly signal: (name: NodeJS.Signals) => Promise<void>
  /** What it has recorded, oldest first. */
  readonly audit: () => readonly Readonly<Record<string, unknown>>[]
  /** The tail of what it has said. */
  readonly log: () => string
}

export type GateOptions = {
  readonly plugin: string
  /** Where it keeps its files: a folder inside the lab. */
  readonly folder: string
  readonly engine: string
  readonly policy: string
  readonly audit?: string | undefined
  /** Where gate 2 asks it: a path inside. */
  readonly runtimeSocket: string
}

export const makeGate = (
  lab: Namespace,
  { plugin, folder, engine, policy, audit = `${folder}/audit.jsonl`, runtimeSocket }: GateOptions,
): Gate => {
  const socket = `/run/docker/plugins/${plugin}.sock`
  mkdirSync(lab.path(`${folder}/state`), { recursive: true, mode: 0o700 })
  writeFileSync(lab.path(`${folder}/policy.yaml`), policy, { mode: 0o644 })
  const files = ['--policy', `${folder}/policy.yaml`, '--state', `${folder}/state`, '--audit', audit]
  const places = ['--socket', socket, '--engine', engine, '--runtime-socket', runtimeSocket]
  let daemon: Daemon | undefined

  return {
    start: async () => {
      const started = startDaemon(lab, ['dockerrun-authz', ...files, ...places], { log: `${folder}/log` })
      daemon = started
      const isListening = () => {
        if (!started.isRunning()) throw new Error(`gate 1 ended\n${started.tail()}`)
        return existsSync(lab.path(socket))
      }
      await until(isListening, { what: 'the socket of gate 1', log: started.tail })
    },
    stop: async (signal = 'SIGTERM') => {
      const stopped = daemon
      if (stopped?.isRunning() !== true) return
      await stopped.signal(signal)
      await until(() => !stopped.isRunning(), { what: 'the end of gate 1', log: stopped.tail })
    },
    signal: async (name) => await daemon?.signal(name),
    audit: () => {
      const file = lab.path(audit)
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    },
    log: () => daemon?.tail() ?? '',
  }
}
