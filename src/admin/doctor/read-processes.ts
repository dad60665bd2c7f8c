/** Engines and gates that run on this host, and what files name plugins to them. */
import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { readRootProcesses, type ProcessEntry } from '../../host/process-list.ts'
import { parseDaemon } from '../daemon-json.ts'
import { flagValues } from './engine-settings.ts'
import type { EngineProcess, GateProcess, PluginFile } from './facts.ts'
import { attempt, placeOf, readTextIfAny } from './reading.ts'

type Defaults = { readonly daemonJson: string; readonly gateSocket: string; readonly state: string }

export async function readProcesses(defaults: Defaults): Promise<{
  readonly engines: readonly EngineProcess[]
  readonly gates: readonly GateProcess[]
  readonly programs: readonly string[]
}> {
  const all = readRootProcesses()
  const engines = all.filter(({ line: [program = ''] }) => basename(program) === 'dockerd')
  const gates = all.filter(isGate)
  return {
    engines: await Promise.all(engines.map(async ({ pid, line }) => await engineOf(pid, line))),
    gates: gates.map(({ pid, line }) => ({
      pid,
      socket: flagValues(line, '--socket').at(-1) ?? defaults.gateSocket,
      state: flagValues(line, '--state').at(-1) ?? defaults.state,
    })),
    // A service that runs on after its program was replaced has none by that name.
    programs: gates.flatMap(({ pid, line }) => [`/proc/${pid}/exe`, ...line.slice(0, 2)].flatMap(realPath)),
  }
}

/** Node and the program, or one file; --check only asks. */
const isGate = ({ line }: ProcessEntry): boolean =>
  line.slice(0, 2).some((word) => /^dockerrun-authz(?:\.cjs)?$/.test(basename(word))) && !line.includes('--check')

async function engineOf(pid: number, line: readonly string[]): Promise<EngineProcess> {
  const settings = flagValues(line, '--config-file').at(-1) ?? '/etc/docker/daemon.json'
  const config = await attempt(() => parseDaemon(readTextIfAny(settings), settings))
  return { pid, line, settings, config }
}

function realPath(path: string): readonly string[] {
  try {
    return path.startsWith('/') ? [realpathSync(path)] : []
  } catch {
    return []
  }
}

/** moby pkg/plugins/discovery.go: a .spec is an address, a .json a description. A malformed one makes look-ups take 15 s. */
export function readPluginFiles(folders: readonly string[], plugin: string): readonly PluginFile[] {
  const files = folders
    .filter((folder) => placeOf(folder) !== undefined)
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => /\.(?:spec|json)$/.test(path))
  return files.flatMap((path) => {
    const isOurs = basename(path).replace(/\.[a-z]+$/, '') === plugin
    return isOurs || !isReadable(path) ? [{ path, isOurs }] : []
  })
}

function isReadable(path: string): boolean {
  try {
    const text = readFileSync(path, 'utf8').trim()
    if (path.endsWith('.spec')) return /^(?:unix|tcp|https?):\/\/\S+$/.test(text)
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'Addr' in value
  } catch {
    return false
  }
}
