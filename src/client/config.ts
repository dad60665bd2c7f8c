import { Failure } from '../failure.ts'
import type { Site } from './own-places.ts'

/** dockerrun.yaml, the site's and the user's (DESIGN 7): what a run does where the command line says nothing. Pure. */

export type Config = {
  /** Bind the home, the working directory. */
  readonly home: boolean
  readonly cwd: boolean
  /** Folders that are shown at their own path where they exist. */
  readonly binds: readonly Site[]
  /** Patterns of variables that are passed on. */
  readonly 'env-pass': readonly string[]
  /** NAME=VALUE, set in each container. */
  readonly env: readonly string[]
  /** Pass on the variables of batch system and MPI; `job`: inside one. */
  readonly hpc: boolean | 'job'
  /** Where the engine is, where no variable says so, and the folder of the certificate. */
  readonly host: string | undefined
  readonly 'cert-path': string | undefined
}

export type Key = keyof Config
/** Each key with its value and the file that has it; undefined: nobody set it. */
type Setting<K extends Key> = { readonly value: Config[K]; readonly from: string | undefined }
export type Settings = { readonly [K in Key]: Setting<K> }

export const defaults: Config = {
  home: true,
  cwd: true,
  binds: [],
  'env-pass': [],
  env: [],
  hpc: 'job',
  host: undefined,
  'cert-path': undefined,
}

/** What stands in a file: the value as YAML reads it, and the line. */
export type Entry = { readonly key: string; readonly value: unknown; readonly line: number }
export type ConfigFile = { readonly path: string; readonly entries: readonly Entry[] }

/** The last file that has a key wins. Throws a Failure that names file, line and what was expected. */
export const buildSettings = (files: readonly ConfigFile[]): Settings => {
  for (const { path, entries } of files)
    for (const { key, line } of entries)
      if (!Object.hasOwn(defaults, key))
        throw refusal(path, line, `${key} is unknown: ${Object.keys(defaults).join(', ')} are there`)
  const read = <K extends Key>(key: K, { what, parse }: Reader<Config[K]>): Setting<K> => {
    const found = files.flatMap(({ path, entries }) =>
      entries
        .filter((entry) => entry.key === key)
        .map(({ value, line }) => {
          const parsed = parse(value)
          if (parsed === undefined) throw refusal(path, line, `${key}: expected ${what}`)
          return { value: parsed, from: path }
        }),
    )
    return found.at(-1) ?? { value: defaults[key], from: undefined }
  }
  return {
    home: read('home', flag),
    cwd: read('cwd', flag),
    binds: read('binds', { what: 'a list of folders such as /scratch or /data:ro', parse: parseSites }),
    'env-pass': read('env-pass', { what: 'a list of patterns such as SLURM_*', parse: parsePatterns }),
    env: read('env', {
      what: 'a list of NAME=VALUE such as PYTHONNOUSERSITE=1',
      parse: (value) => parseTexts(value, /^[A-Za-z_][A-Za-z0-9_]*=/),
    }),
    hpc: read('hpc', {
      what: 'true, false or job',
      parse: (value) => (value === 'job' ? value : flag.parse(value)),
    }),
    host: read('host', {
      what: 'tcp://HOST:PORT or unix:///PATH',
      parse: (value) => textLike(value, /^(?:tcp:\/\/[^/]+|unix:\/\/\/.+)$/),
    }),
    'cert-path': read('cert-path', { what: 'a folder, /PATH or ~/PATH', parse: (value) => textLike(value, /^~?\/.+/) }),
  }
}

const refusal = (path: string, line: number, why: string) =>
  new Failure('settings', `${path}: line ${line}: ${why}`, { hint: 'man dockerrun has the settings' })

/** `parse` gives undefined for what is not `what`. */
type Reader<Value> = { readonly what: string; readonly parse: (value: unknown) => Value | undefined }

const flag: Reader<boolean> = {
  what: 'true or false',
  parse: (value) => (typeof value === 'boolean' ? value : undefined),
}

const textLike = (value: unknown, form: RegExp): string | undefined =>
  typeof value === 'string' && form.test(value) ? value : undefined

const parseTexts = (value: unknown, form: RegExp): readonly string[] | undefined =>
  Array.isArray(value) && value.every((each): each is string => typeof each === 'string' && form.test(each))
    ? value
    : undefined

const parsePatterns = (value: unknown) => parseTexts(value, /^[A-Za-z_*?][A-Za-z0-9_*?]*$/)

const parseSites = (value: unknown): readonly Site[] | undefined =>
  parseTexts(value, /^\/[^:]*[^:/](?::r[ow])?$/)?.map((text) => ({
    path: text.replace(/:r[ow]$/, ''),
    isReadOnly: text.endsWith(':ro'),
  }))

/** The variables of docker's that say where the engine is, as they stand or as the settings have it. */
export const withEngine = (
  env: Readonly<Record<string, string | undefined>>,
  settings: Settings,
): Readonly<Record<string, string | undefined>> => {
  const isSaid = [env['DOCKER_HOST'], env['DOCKER_CONTEXT']].some((value) => (value ?? '') !== '')
  const { host, 'cert-path': folder } = settings
  if (isSaid || host.value === undefined) return env
  const secured = folder.value === undefined ? {} : { DOCKER_CERT_PATH: folder.value.replace(/^~/, env['HOME'] ?? '') }
  return {
    ...env,
    DOCKER_HOST: host.value,
    ...(host.value.startsWith('tcp:') ? { DOCKER_TLS_VERIFY: '1', ...secured } : {}),
  }
}

/** --show-config: a line per setting, and where it comes from. */
export const formatSettings = (settings: Settings): string => {
  const { home, cwd, binds, host } = settings
  const sites = binds.value.map(({ path, isReadOnly }) => (isReadOnly ? `"${path}:ro"` : path))
  const lines: readonly (readonly [Key, string])[] = [
    ['home', String(home.value)],
    ['cwd', String(cwd.value)],
    ['binds', `[${sites.join(', ')}]`],
    ['env-pass', `[${settings['env-pass'].value.map((pattern) => `"${pattern}"`).join(', ')}]`],
    ['env', `[${settings.env.value.map((each) => JSON.stringify(each)).join(', ')}]`],
    ['hpc', String(settings.hpc.value)],
    ['host', host.value ?? '""'],
    ['cert-path', settings['cert-path'].value ?? '""'],
  ]
  return lines.map(([key, text]) => `${key}: ${text}  # ${settings[key].from ?? 'default'}\n`).join('')
}
