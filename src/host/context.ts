import { existsSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { Failure } from '../failure.ts'
import { defaultSocket } from './address.ts'
import { readCertificate, type Certificate } from './certificate.ts'
import { fieldOf, isOn, parseFields, recordOf, textOf } from './json-fields.ts'

/** A stored context (docker/cli cli/context/store): its folders are named by the SHA-256 of its name. */
export type Context = {
  /** As docker's client has it; the default socket where the context names none. */
  readonly host: string
  readonly skipsVerification: boolean
  readonly certificate: () => Certificate | undefined
}

export const readContext = (name: string, folder: string, source: string): Context => {
  const id = sha256(name)
  const path = `${folder}/contexts/meta/${id}/meta.json`
  const meta = parseContext(readMeta(path, name, source), path, name)
  const tls = `${folder}/contexts/tls/${id}/docker`
  return { ...meta, certificate: () => (existsSync(tls) ? readCertificate(tls, `context "${name}"`) : undefined) }
}

export const parseContext = (text: string, path: string, name: string): Omit<Context, 'certificate'> => {
  const endpoints = recordOf(parseFields(text, path), 'Endpoints', path)
  if (fieldOf(endpoints, 'docker') === undefined)
    throw new Failure('settings', `context "${name}" is for no docker engine`, { hint })
  const place = `${path}: Endpoints.docker`
  const endpoint = recordOf(endpoints, 'docker', `${path}: Endpoints`)
  const host = textOf(endpoint, 'Host', place)
  return {
    host: host === '' ? defaultSocket : host,
    skipsVerification: isOn(endpoint, 'SkipTLSVerify', place),
  }
}

const readMeta = (path: string, name: string, source: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw code === 'ENOENT'
      ? new Failure('settings', `context "${name}" does not exist, and ${source} names it`, { hint })
      : new Failure('settings', `context "${name}": cannot read ${path} (${code})`, { hint })
  }
}

const hint = '"docker context ls" shows those there are; DOCKER_CONTEXT=default goes without'

/** node:crypto costs some milliseconds to load: only who uses a context pays. */
const sha256 = (name: string): string =>
  process.getBuiltinModule('node:crypto').createHash('sha256').update(name).digest('hex')
