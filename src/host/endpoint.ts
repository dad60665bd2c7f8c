import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { Failure } from '../failure.ts'

/** Where the engine is, as docker finds it: DOCKER_HOST, DOCKER_TLS_VERIFY, DOCKER_CERT_PATH. */

export type Certificate = { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer; readonly folder: string }

export type Endpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | {
      readonly kind: 'tcp'
      readonly host: string
      readonly port: number
      readonly certificate: Certificate | undefined
    }

type Environment = Readonly<Record<string, string | undefined>>

export const findEndpoint = (env: Environment): Endpoint => {
  const address = env['DOCKER_HOST'] ?? ''
  if (address === '') return { kind: 'unix', path: '/var/run/docker.sock' }
  if (address.startsWith('unix://')) return { kind: 'unix', path: address.slice('unix://'.length) }
  const [, host, port] = /^tcp:\/\/(\[[0-9A-Fa-f:]+\]|[^:/[\]]+)(?::([0-9]+))?\/?$/.exec(address) ?? []
  if (host === undefined)
    throw new Failure('settings', `DOCKER_HOST=${address}: not understood`, {
      hint: 'tcp://HOST:PORT or unix:///PATH is wanted',
    })
  const isSecure = (env['DOCKER_TLS_VERIFY'] ?? '') !== ''
  return {
    kind: 'tcp',
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port ?? (isSecure ? 2376 : 2375)),
    certificate: isSecure ? readCertificate(env) : undefined,
  }
}

const readCertificate = (env: Environment): Certificate => {
  const folder =
    set(env['DOCKER_CERT_PATH']) ?? set(env['DOCKER_CONFIG']) ?? `${set(env['HOME']) ?? readHome()}/.docker`
  const read = (name: string) => readPem(`${folder}/${name}`)
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem'), folder }
}

/** As docker has it, an empty variable is one that is not set. */
const set = (value: string | undefined): string | undefined => (value === '' ? undefined : value)

const readHome = (): string => {
  try {
    return userInfo().homedir
  } catch {
    return ''
  }
}

const readPem = (path: string): Buffer => {
  try {
    return readFileSync(path)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new Failure('certificate', isMissing ? `no certificate: ${path} does not exist` : `cannot read ${path}`, {
      hint: isMissing
        ? 'ask the administrator for a certificate, or set DOCKER_CERT_PATH to the folder that holds it'
        : 'the folder in DOCKER_CERT_PATH must be yours to read',
    })
  }
}
