/** The three clients that are held against each other: docker's own of the engine's release, and ours as two artefacts. */
import { dockerWords } from '../support/docker.ts'
import type { Engine } from '../support/engine.ts'
import { nativeFolder } from '../support/native.ts'

export type Client = {
  readonly name: string
  readonly version: readonly string[]
  readonly help: readonly string[]
  /** One request and its answer; and the status it ends with. */
  readonly first: { readonly argv: readonly string[]; readonly status: number }
  /** A container that is removed after it has run `true`, with the same flags. */
  readonly run: (...flags: readonly string[]) => readonly string[]
  /** As docker's, with nothing of our own around it. */
  readonly plainRun: (...flags: readonly string[]) => readonly string[]
  readonly exec: (container: string) => readonly string[]
}

const image = ['busybox', 'true']

/** Identity and no new privileges: what the gate wants of it, and ours adds by itself. */
const docker = ({ dockerCli }: Engine): Client => {
  const run = (...flags: readonly string[]) => [dockerCli, ...dockerWords('run --rm ME'), ...flags, ...image]
  return {
    name: 'docker',
    version: [dockerCli, '--version'],
    help: [dockerCli, 'run', '--help'],
    first: { argv: [dockerCli, 'ps'], status: 0 },
    run,
    plainRun: run,
    exec: (container) => [dockerCli, 'exec', '-u', '2001:2001', container, 'true'],
  }
}

const ours = (name: string, folder: string): Client => {
  const [dockerrun, dockerexec] = [`${folder}/dockerrun`, `${folder}/dockerexec`]
  return {
    name,
    version: [dockerrun, '--version'],
    help: [dockerrun, '--help'],
    // It asks for the container, hears that there is none, and says so.
    first: { argv: [dockerexec, 'nosuch', 'true'], status: 125 },
    run: (...flags) => [dockerrun, '--rm', ...flags, ...image],
    plainRun: (...flags) => [dockerrun, '--rm', '--as-is', ...flags, ...image],
    exec: (container) => [dockerexec, container, 'true'],
  }
}

export const clientsOf = (engine: Engine): readonly Client[] => [
  docker(engine),
  ours('Node bundle', '/usr/local/lib/dockerrun/bin'),
  ours('native', nativeFolder),
]
