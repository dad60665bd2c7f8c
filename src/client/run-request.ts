import { Failure } from '../failure.ts'
import { parseMount, type Mount } from './mount-wish.ts'
import { parseFlags, type Parsed } from './parse.ts'
import { buildFields, type RunFields } from './run-fields.ts'
import { runFlags } from './run-flags.ts'
import { parseVolume } from './volume-wish.ts'

/** What a dockerrun command line asks for. Pure: files, accounts and the engine come later. */
export type RunRequest = {
  readonly image: string
  readonly command: readonly string[]
  readonly entrypoint: string | undefined
  readonly interactive: boolean
  readonly tty: boolean
  readonly detach: boolean
  readonly attach: Attach
  readonly remove: boolean
  readonly name: string | undefined
  readonly workdir: string | undefined
  readonly user: string | undefined
  readonly groups: readonly string[]
  readonly environment: readonly string[]
  readonly environmentFiles: readonly string[]
  /** Names of variables to pass on, with * and ?. */
  readonly passed: readonly string[]
  /** Undefined: as the configuration says, and where we are. */
  readonly hpc: boolean | undefined
  readonly mpi: boolean | undefined
  readonly join: boolean
  /** Folders that are shown besides, at their own path. */
  readonly places: readonly string[]
  readonly labels: readonly string[]
  readonly labelFiles: readonly string[]
  readonly volumes: Volumes
  /** Undefined: as the configuration says. */
  readonly home: boolean | undefined
  readonly cwd: boolean | undefined
  readonly binds: boolean | undefined
  readonly asIs: boolean
  /** All else that goes into the create body as it is. */
  readonly fields: RunFields
  readonly pull: Pull
  readonly quiet: boolean
  readonly platform: string | undefined
  readonly detachKeys: string | undefined
  readonly passesSignals: boolean
  readonly idFile: string | undefined
  readonly isVerbose: boolean
  readonly instead: 'dry-run' | 'explain' | 'show-config' | undefined
  /** The options as they were given. */
  readonly flags: Parsed
  readonly argv: readonly string[]
}

export type Pull = 'always' | 'missing' | 'never'
export type Attach = { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean }

export type Volumes = {
  readonly mounts: readonly Mount[]
  /** NAME:/PATH[:MODE], as HostConfig.Binds has them. */
  readonly named: readonly string[]
  /** Anonymous ones, by their place. */
  readonly anonymous: readonly string[]
  /** Where all of these are, and memory. */
  readonly targets: readonly string[]
}

export const usageLine = 'dockerrun [OPTIONS] IMAGE [COMMAND] [ARG...]'

const hints = {
  g: 'docker run has no -g: all your groups are there anyway; `sg GROUP -c "dockerrun ..."` makes another the first',
}

export const parseRun = (argv: readonly string[]): RunRequest | 'help' | 'version' => {
  const flags = parseFlags(runFlags, argv, hints)
  if (flags.isOn('help')) return 'help'
  if (flags.isOn('version')) return 'version'
  const [image = '', ...command] = flags.rest
  const instead = insteadOf(flags)
  if (flags.isOn('join')) checkJoin(flags)
  if (image === '' && instead !== 'show-config') throw new Failure('usage', 'no image is named', { hint: usageLine })
  return {
    image,
    command,
    entrypoint: flags.last('entrypoint'),
    interactive: flags.isOn('interactive'),
    tty: flags.isOn('tty'),
    detach: flags.isOn('detach'),
    attach: attachOf(flags),
    remove: flags.isOn('rm'),
    name: given(flags.last('name')),
    workdir: absolute(given(flags.last('workdir'))),
    user: given(flags.last('user')),
    groups: flags.all('group-add'),
    environment: flags.all('env'),
    environmentFiles: flags.all('env-file'),
    passed: flags.all('env-pass'),
    hpc: flags.switch('hpc'),
    mpi: flags.switch('mpi'),
    join: flags.isOn('join'),
    places: [],
    labels: flags.all('label'),
    labelFiles: flags.all('label-file'),
    volumes: volumesOf(flags),
    home: flags.switch('home'),
    cwd: flags.switch('cwd'),
    binds: flags.switch('binds'),
    asIs: flags.isOn('as-is'),
    fields: buildFields(flags),
    pull: pullOf(flags),
    quiet: flags.isOn('quiet'),
    platform: given(flags.last('platform')),
    detachKeys: given(flags.last('detach-keys')),
    passesSignals: flags.switch('sig-proxy') !== false,
    idFile: given(flags.last('cidfile')),
    isVerbose: flags.isOn('verbose'),
    instead,
    flags,
    argv,
  }
}

/** The same with options in front, over which what the line says goes. */
export const withOptions = (request: RunRequest, options: readonly string[]): RunRequest => {
  const { passed, places, detachKeys } = request
  const again = parseRun([...options, ...request.argv])
  return typeof again === 'string' ? request : { ...again, passed, places, detachKeys }
}

/** One container stands for many lines: what would be one line's alone has no meaning. */
const checkJoin = (flags: Parsed): void => {
  const single = ['as-is', 'cidfile', 'detach', 'name', 'restart'].find((name) =>
    flags.given.some(({ flag }) => flag.name === name),
  )
  if (single === undefined) return
  throw new Failure('usage', `conflicting options: --join and --${single}`, {
    hint: `with --join the container is every task's of this step: leave --${single} out`,
  })
}

/** As docker has it, what is given empty was not given. */
export const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text)

const insteadOf = (flags: Parsed): RunRequest['instead'] =>
  (['show-config', 'explain', 'dry-run'] as const).find((name) => flags.isOn(name))

/** -i brings stdin along; without -a, stdout and stderr are there. */
const attachOf = (flags: Parsed): Attach => {
  const streams = flags.values('attach')
  if (flags.isOn('detach')) {
    if (streams.length > 0)
      throw new Failure('usage', 'conflicting options: cannot specify both --attach and --detach', { hint: usageLine })
    return { stdin: false, stdout: false, stderr: false }
  }
  const has = (stream: string) => streams.includes(stream)
  return {
    stdin: flags.isOn('interactive') || has('stdin'),
    stdout: streams.length === 0 || has('stdout'),
    stderr: streams.length === 0 || has('stderr'),
  }
}

const volumesOf = (flags: Parsed): Volumes => {
  const volumes = [...new Set(flags.all('volume'))].map(parseVolume)
  const mounts = [
    ...volumes.flatMap((each) => (each.kind === 'bind' ? [each.mount] : [])),
    ...flags.all('mount').map(parseMount),
  ]
  const named = volumes.flatMap((each) => (each.kind === 'named' ? [each] : []))
  const anonymous = volumes.flatMap((each) => (each.kind === 'anonymous' ? [each.target] : []))
  const memory = flags.all('tmpfs').map((word) => word.split(':')[0] ?? '')
  return {
    mounts,
    named: named.map(({ bind }) => bind),
    anonymous,
    targets: [...mounts.map(({ Target }) => Target), ...named.map(({ target }) => target), ...anonymous, ...memory],
  }
}

const pullOf = (flags: Parsed): Pull => {
  const word = given(flags.last('pull')) ?? 'missing'
  if (word === 'always' || word === 'missing' || word === 'never') return word
  throw new Failure('usage', `invalid pull option: '${word}'`, {
    hint: 'say always, missing or never',
  })
}

export const absolute = (workdir: string | undefined): string | undefined => {
  if (workdir === undefined || workdir.startsWith('/')) return workdir
  throw new Failure('usage', `the working directory '${workdir}' is invalid`, {
    hint: 'it needs to be an absolute path',
  })
}
