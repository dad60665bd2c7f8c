import { Failure } from '../failure.ts'
import { parseLogin, type DockerConfig, type Environment, type StoredLogin } from '../host/docker-config.ts'
import { parseFields, tableOf } from '../host/json-fields.ts'

/** Which login config.json holds for a registry, and how it is sent (docker/cli cli/config and cli/command/registry.go). Pure. */
export type Login = {
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly serveraddress?: string | undefined
  readonly identitytoken?: string | undefined
  readonly registrytoken?: string | undefined
}

/** Docker Hub is known by its old address. */
export const registryKey = (registry: string): string =>
  registry === 'docker.io' || registry === 'index.docker.io' ? 'https://index.docker.io/v1/' : registry

/** '' where no helper is named: then config.json has the passwords itself. */
export const helperOf = ({ credHelpers, credsStore }: DockerConfig, key: string): string =>
  credHelpers.get(key) ?? credsStore

export const hasLogins = ({ auths, credHelpers, credsStore }: DockerConfig): boolean =>
  credsStore !== '' || credHelpers.size > 0 || auths.size > 0

/** By its key, else by a key of old times, which was a URL. */
export const storedLogin = ({ auths, path }: Pick<DockerConfig, 'auths' | 'path'>, key: string): Login => {
  const name = auths.has(key) ? key : [...auths.keys()].find((each) => hostOf(each) === key)
  const stored = name === undefined ? undefined : auths.get(name)
  if (name === undefined || stored === undefined) return {}
  return { ...stored, ...decode(stored, `${path}: auths: ${name}`), serveraddress: name }
}

/** DOCKER_AUTH_CONFIG comes before all else; it has auths alone. */
export const loginOfEnvironment = (env: Environment, key: string): Login | undefined => {
  const path = 'DOCKER_AUTH_CONFIG'
  const text = env[path] ?? ''
  if (text === '') return undefined
  const auths = tableOf(parseFields(text, path), 'auths', path, parseLogin)
  return auths.has(key) ? storedLogin({ auths, path }, key) : undefined
}

const hostOf = (key: string): string => /^[^/]*:\/\/(?:[^/?#]*@)?([^/?#]+)/.exec(key)?.[1] ?? key.split('/', 1)[0] ?? ''

const decode = ({ auth, username, password }: StoredLogin, place: string): Pick<Login, 'username' | 'password'> => {
  if (auth === '') return { username, password }
  const text = /^[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*$/.test(auth) ? Buffer.from(auth, 'base64').toString() : ''
  const [, name, secret] = /^([^:]+):(.*)$/s.exec(text) ?? []
  if (name === undefined || secret === undefined)
    throw new Failure('settings', `${place}: auth is not the base64 of NAME:PASSWORD`, {
      hint: 'log in again with docker login, or take the entry out',
    })
  return { username: name, password: secret.replace(/^\0+|\0+$/g, '') }
}

/** X-Registry-Auth: base64url with its padding, which the engine wants; nothing for nobody. */
export const encodeLogin = (login: Login): string | undefined => {
  const { username, password, serveraddress, identitytoken, registrytoken } = login
  const fields = { username, password, serveraddress, identitytoken, registrytoken }
  const said = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')
  if (said.every(([name]) => name === 'serveraddress')) return undefined
  const text = Buffer.from(JSON.stringify(Object.fromEntries(said))).toString('base64')
  return text.replaceAll('+', '-').replaceAll('/', '_')
}
