import type { X509Certificate as Certificate } from 'node:crypto'
import { Failure } from '../failure.ts'
import type { Endpoint } from './endpoint.ts'

/** Why an engine could not be reached, in one sentence. A refused handshake says little, so our own certificate is looked at. */
export const connectFailure = async (error: unknown, endpoint: Endpoint): Promise<Failure> => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const source = endpoint.source ?? 'DOCKER_HOST'
  const where = endpoint.kind === 'unix' ? endpoint.path : `${endpoint.host}:${endpoint.port}`
  const isDown = ['ECONNREFUSED', 'ENOENT', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']
  if (isDown.includes(code))
    return new Failure('engine-unreachable', `no engine answers at ${where} (${code})`, {
      hint: `is ${source} right? if it is, tell the administrator that the engine is down`,
    })
  if (code === 'EACCES' || code === 'EPERM')
    return new Failure('engine-unreachable', `${where} may not be opened by you`, {
      hint: 'set DOCKER_HOST=tcp://HOST:PORT, DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH',
    })
  const certificate = endpoint.kind === 'tcp' ? await certificateFailure(code, endpoint) : undefined
  return (
    certificate ??
    new Failure('engine-failed', `the engine at ${where} broke off (${code === '' ? String(error) : code})`, {
      hint: 'try again; if it goes on, tell the administrator',
    })
  )
}

const certificateFailure = async (
  code: string,
  { certificate, host, source = 'DOCKER_HOST' }: Extract<Endpoint, { kind: 'tcp' }>,
): Promise<Failure | undefined> => {
  if (certificate === undefined) return undefined
  const { X509Certificate } = await import('node:crypto')
  const path = `${certificate.folder}/cert.pem`
  const wrongCa = `is ${certificate.source} the right one for this engine?`
  const own = readX509(X509Certificate, certificate.cert)
  if (own === undefined) return failure(`${path} is not a certificate`)
  const ca = readX509(X509Certificate, certificate.ca)
  if (ca === undefined)
    return failure(`${certificate.folder}/ca.pem is not a certificate`, "ask the administrator for this engine's")
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH')
    return failure(`${certificate.folder}/key.pem is not the key of ${path}`)
  // validToDate came with Node 22.10; ours is 20.19 and newer.
  if (Date.parse(own.validTo) < Date.now()) return failure(`your certificate expired on ${own.validTo} (${path})`)
  if (Date.parse(own.validFrom) > Date.now())
    return failure(`your certificate is not valid before ${own.validFrom} (${path})`, 'is the clock right?')
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return failure(`the engine's certificate is not one for ${host}`, `is ${source} right?`)
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return failure("the engine's certificate is not valid at this time", 'tell the administrator')
  if (verification.test(code) || !own.checkIssued(ca))
    return failure(`the engine's certificate or yours is not of the CA in ${certificate.folder}/ca.pem`, wrongCa)
  return /SSL|TLS|ECONNRESET|EPIPE/.test(code)
    ? failure(`the engine refused your certificate (${code})`, wrongCa)
    : undefined
}

const verification = /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_OSSL_X509|ERR_SSL_TLSV1_ALERT_UNKNOWN_CA)/

const failure = (message: string, hint?: string): Failure =>
  new Failure('certificate', message, {
    hint: hint ?? 'get a new one: sudo dockerrunctl cert issue --self, or ask the administrator',
  })

const readX509 = (X509: typeof Certificate, pem: Buffer): Certificate | undefined => {
  try {
    return new X509(pem)
  } catch {
    return undefined
  }
}
