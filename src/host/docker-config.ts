import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { Failure } from '../failure.ts'
import { asRecord, asText, parseFields, tableOf, textOf } from './json-fields.ts'

/** docker's config.json, as far as the client programs heed it (docker/cli cli/config/configfile/file.go). */

export type Environment = Readonly<Record<string, string | undefined>>

/** What `docker login` leaves: `auth` is the base64 of NAME:PASSWORD, and is not read before a pull asks for it. */
export type StoredLogin = {
  readonly username: string
  readonly password: string
  readonly auth: string
  readonly identitytoken: string
  readonly registrytoken: string
}

export type ProxySettings = {
  readonly httpProxy: string
  readonly httpsProxy: string
  readonly noProxy: string
  readonly ftpProxy: string
  readonly allProxy: string
}

export type DockerConfig = {
  readonly path: string
  readonly currentContext: string
  /** '' where none are named: then they are docker's own, ctrl-p,ctrl-q. */
  readonly detachKeys: string
  readonly headers: ReadonlyMap<string, string>
  readonly auths: ReadonlyMap<string, StoredLogin>
  readonly credsStore: string
  readonly credHelpers: ReadonlyMap<string, string>
  readonly proxies: ReadonlyMap<string, ProxySettings>
}

export const parseDockerConfig = (text: string, path: string): DockerConfig => {
  const config = text.trim() === '' ? {} : parseFields(text, path)
  return {
    path,
    currentContext: textOf(config, 'currentContext', path),
    detachKeys: textOf(config, 'detachKeys', path),
    headers: tableOf(config, 'HttpHeaders', path, asText),
    auths: tableOf(config, 'auths', path, parseLogin),
    credsStore: textOf(config, 'credsStore', path),
    credHelpers: tableOf(config, 'credHelpers', path, asText),
    proxies: tableOf(config, 'proxies', path, parseProxies),
  }
}

export const parseLogin = (value: unknown, place: string): StoredLogin => {
  const login = asRecord(value, place)
  const text = (name: keyof StoredLogin) => textOf(login, name, place)
  return {
    username: text('username'),
    password: text('password'),
    auth: text('auth'),
    identitytoken: text('identitytoken'),
    registrytoken: text('registrytoken'),
  }
}

const parseProxies = (value: unknown, place: string): ProxySettings => {
  const proxies = asRecord(value, place)
  const text = (name: keyof ProxySettings) => textOf(proxies, name, place)
  return {
    httpProxy: text('httpProxy'),
    httpsProxy: text('httpsProxy'),
    noProxy: text('noProxy'),
    ftpProxy: text('ftpProxy'),
    allProxy: text('allProxy'),
  }
}

/** docker goes on with a warning where its file is broken: without its credentials and context that only fails later. */
export const readDockerConfig = (env: Environment): DockerConfig => {
  const path = `${configFolder(env)}/config.json`
  try {
    return parseDockerConfig(readFileSync(path, 'utf8'), path)
  } catch (error) {
    if (error instanceof Failure) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    if (code === 'ENOENT') return parseDockerConfig('', path)
    throw new Failure('settings', `cannot read ${path} (${code})`, {
      hint: 'it must be yours to read; DOCKER_CONFIG names the folder it lies in',
    })
  }
}

export const configFolder = (env: Environment): string =>
  set(env['DOCKER_CONFIG']) ?? `${set(env['HOME']) ?? readHome()}/.docker`

/** As docker has it, an empty variable is one that is not set. */
export const set = (value: string | undefined): string | undefined => (value === '' ? undefined : value)

const readHome = (): string => {
  try {
    return userInfo().homedir
  } catch {
    return ''
  }
}
