import { Failure } from '../failure.ts'
import { askHelper, isOnPath, programOf, type HelperAnswer } from '../host/credential-helper.ts'
import type { Environment } from '../host/docker-config.ts'
import type { ClientSettings } from '../host/endpoint.ts'
import { encodeLogin, hasLogins, helperOf, loginOfEnvironment, registryKey, storedLogin, type Login } from './login.ts'
import { parseJson, textAt } from './reply.ts'

/** The X-Registry-Auth of a pull from `registry`; undefined where the pull is nobody's. */
export const readCredentials = async (
  registry: string,
  { config, env }: Pick<ClientSettings, 'config' | 'env'>,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const key = registryKey(registry)
  const given = loginOfEnvironment(env, key)
  if (given !== undefined) return encodeLogin(given)
  const helper = hasLogins(config) ? helperOf(config, key) : findDefaultHelper(env)
  if (helper === '') return encodeLogin(storedLogin(config, key))
  const login = parseHelperAnswer(await askHelper(helper, key, { env, signal }), helper, key)
  // All but this is the helper's; who has that entry is not read for its password (docker/cli native_store.go).
  return encodeLogin({ ...login, registrytoken: config.auths.get(key)?.registrytoken })
}

/** docker/cli credentials/default_store_linux.go: where config.json has no logins, the machine's own store is asked, if any. */
const findDefaultHelper = (env: Environment): string => {
  const helper = isOnPath('pass', env) ? 'pass' : 'secretservice'
  return isOnPath(programOf(helper), env) ? helper : ''
}

/** docker-credential-helpers, client.go: what is not found is no failure, and the words are the protocol. */
export const parseHelperAnswer = ({ status, stdout }: HelperAnswer, helper: string, key: string): Login => {
  if (status !== 0) {
    if (stdout.trim() === 'credentials not found in native keychain') return {}
    throw failure(helper, key, `ended with status ${status ?? 'unknown'}`)
  }
  const answer = parseJson(stdout)
  const [username, secret] = [textAt(answer, 'Username'), textAt(answer, 'Secret')]
  if (username === undefined || secret === undefined) throw failure(helper, key, 'gave no Username and Secret')
  return username === '<token>'
    ? { identitytoken: secret, serveraddress: key }
    : { username, password: secret, serveraddress: key }
}

/** Its output is left out: it may hold the secret. */
const failure = (helper: string, key: string, what: string): Failure =>
  new Failure('settings', `no credentials for ${key}: ${programOf(helper)} ${what}`, {
    hint: `see what it says: echo ${key} | ${programOf(helper)} get`,
  })
