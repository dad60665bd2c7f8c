import { Failure } from '../failure.ts'
import { parseMount, parseVolume, type BindWish } from './bind-wish.ts'
import { parseFlags, type Parsed } from './parse.ts'
import { runFlags } from './run-flags.ts'

/** What a dockerrun command line asks for. Pure: files, accounts and the engine come later. */
export type RunRequest = {
  readonly image: string
  readonly command: readonly string[]
  readonly entrypoint: string | undefined
  readonly interactive: boolean
  readonly tty: boolean
  readonly detach: boolean
  readonly remove: boolean
  readonly init: boolean
  readonly readOnly: boolean
  readonly name: string | undefined
  readonly hostname: string | undefined
  readonly network: string | undefined
  readonly workdir: string | undefined
  readonly user: string | undefined
  readonly groups: readonly string[]
  readonly environment: readonly string[]
  readonly environmentFiles: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly binds: readonly BindWish[]
  readonly home: boolean
  readonly cwd: boolean
  readonly pull: Pull
  readonly quiet: boolean
}

export type Pull = 'always' | 'missing' | 'never'

export const parseRun = (argv: readonly string[]): RunRequest | 'help' | 'version' => {
  const flags = parseFlags(runFlags, argv)
  if (flags.isOn('help')) return 'help'
  if (flags.isOn('version')) return 'version'
  const [image, ...command] = flags.rest
  if (image === undefined || image === '')
    throw new Failure('usage', 'no image is named', { hint: 'dockerrun [OPTIONS] IMAGE [COMMAND] [ARG...]' })
  return {
    image,
    command,
    entrypoint: flags.last('entrypoint'),
    interactive: flags.isOn('interactive'),
    tty: flags.isOn('tty'),
    detach: flags.isOn('detach'),
    remove: flags.isOn('rm'),
    init: flags.isOn('init'),
    readOnly: flags.isOn('read-only'),
    name: flags.last('name'),
    hostname: flags.last('hostname'),
    network: flags.last('network'),
    workdir: absolute(flags.last('workdir')),
    user: flags.last('user'),
    groups: flags.all('group-add'),
    environment: flags.all('env'),
    environmentFiles: flags.all('env-file'),
    labels: Object.fromEntries(flags.all('label').map(splitLabel)),
    binds: [...flags.all('volume').map(parseVolume), ...flags.all('mount').map(parseMount)],
    home: !flags.isOn('no-home'),
    cwd: !flags.isOn('no-cwd'),
    pull: pullOf(flags),
    quiet: flags.isOn('quiet'),
  }
}

const pullOf = (flags: Parsed): Pull => {
  const word = flags.last('pull') ?? 'missing'
  if (word === 'always' || word === 'missing' || word === 'never') return word
  throw new Failure('usage', `invalid pull option: '${word}'`, {
    hint: 'say always, missing or never',
  })
}

const splitLabel = (word: string): readonly [string, string] => {
  const equals = word.indexOf('=')
  const key = equals < 0 ? word : word.slice(0, equals)
  if (key === '') throw new Failure('usage', `invalid label: "${word}"`, { hint: 'a label is NAME=VALUE' })
  return [key, equals < 0 ? '' : word.slice(equals + 1)]
}

export const absolute = (workdir: string | undefined): string | undefined => {
  if (workdir === undefined || workdir.startsWith('/')) return workdir
  throw new Failure('usage', `the working directory '${workdir}' is invalid`, {
    hint: 'it needs to be an absolute path',
  })
}
