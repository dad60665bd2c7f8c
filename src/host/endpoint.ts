import { Failure } from '../failure.ts'
import { defaultSocket, hostAndPort, parseAddress } from './address.ts'
import { readCertificate, type Certificate } from './certificate.ts'
import { readContext } from './context.ts'
import { configFolder, readDockerConfig, set, type DockerConfig, type Environment } from './docker-config.ts'

/** Where the engine is, as docker finds it: DOCKER_HOST, else DOCKER_CONTEXT, else config.json's currentContext, else its socket. */

/** What docker's client takes from its surroundings beside the engine's address. */
export type ClientSettings = {
  readonly env: Environment
  readonly config: DockerConfig
  /** The engine's address as docker writes it: `proxies` of config.json are found by it. */
  readonly address: string
}

/** `source` says in messages where the address was named. */
export type Endpoint = (
  | { readonly kind: 'unix'; readonly path: string }
  | {
      readonly kind: 'tcp'
      readonly host: string
      readonly port: number
      readonly certificate: Certificate | undefined
    }
) & { readonly source?: string; readonly settings?: ClientSettings }

export const findEndpoint = (env: Environment): Endpoint => {
  const config = readDockerConfig(env)
  const { name, source } = chooseContext(env, config)
  const { endpoint, address } = name === 'default' ? readDefault(env) : readNamed(name, configFolder(env), source)
  return { ...endpoint, source, settings: { env, config, address } }
}

/** docker/cli cli/command/cli.go, resolveContextName. */
export const chooseContext = (
  env: Environment,
  { currentContext, path }: Pick<DockerConfig, 'currentContext' | 'path'>,
): { readonly name: string; readonly source: string } => {
  if (set(env['DOCKER_HOST']) !== undefined) return { name: 'default', source: 'DOCKER_HOST' }
  const name = set(env['DOCKER_CONTEXT'])
  if (name !== undefined) return { name, source: 'DOCKER_CONTEXT' }
  return currentContext === ''
    ? { name: 'default', source: 'DOCKER_HOST' }
    : { name: currentContext, source: `currentContext in ${path}` }
}

type Found = { readonly endpoint: Endpoint; readonly address: string }

/** docker/cli cli/flags/options.go: DOCKER_TLS_VERIFY asks for TLS, DOCKER_TLS alone for TLS with whoever answers. */
const readDefault = (env: Environment): Found => {
  const isVerified = set(env['DOCKER_TLS_VERIFY']) !== undefined
  const isTls = isVerified || set(env['DOCKER_TLS']) !== undefined
  const said = env['DOCKER_HOST']?.trim() ?? ''
  const text = said === '' ? (isTls ? 'tcp://localhost:2376' : defaultSocket) : said
  const parsed = parseAddress(text, `DOCKER_HOST=${text}`)
  if (parsed.kind === 'unix') return { endpoint: parsed, address: `unix://${parsed.path}` }
  if (isTls && !isVerified)
    throw unverified('DOCKER_TLS without DOCKER_TLS_VERIFY', 'set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH')
  const { host, port = 2375 } = parsed
  const certificate = isVerified
    ? readCertificate(set(env['DOCKER_CERT_PATH']) ?? configFolder(env), 'DOCKER_CERT_PATH')
    : undefined
  return { endpoint: { kind: 'tcp', host, port, certificate }, address: `tcp://${hostAndPort({ host, port })}` }
}

/** The TLS variables are not for contexts. Go's net/http gives a host without a port the one of HTTP or HTTPS. */
const readNamed = (name: string, folder: string, source: string): Found => {
  const context = readContext(name, folder, source)
  const address = context.host
  const parsed = parseAddress(address, `context "${name}": ${address}`)
  if (parsed.kind === 'unix') return { endpoint: parsed, address }
  if (context.skipsVerification)
    throw unverified(`context "${name}" with SkipTLSVerify`, "give it the engine's CA: docker context update")
  const certificate = context.certificate()
  const { host, port = certificate === undefined ? 80 : 443 } = parsed
  return { endpoint: { kind: 'tcp', host, port, certificate }, address }
}

const unverified = (what: string, hint: string): Failure =>
  new Failure('settings', `${what}: an engine that proves nothing could be anybody`, { hint })
