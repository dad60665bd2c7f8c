import { validateHeaderName, validateHeaderValue } from 'node:http'
import { Failure } from '../failure.ts'
import type { ClientSettings } from './endpoint.ts'

/**
 * Headers of the user's own on each request: HttpHeaders of config.json, or in their stead DOCKER_CUSTOM_HEADERS (docker/cli
 * cli/command/cli_options.go). A header that we set ourselves wins, as docker's do.
 */
export const findHeaders = ({
  config,
  env,
}: Pick<ClientSettings, 'config' | 'env'>): Readonly<Record<string, string>> => {
  const custom = env['DOCKER_CUSTOM_HEADERS'] ?? ''
  const headers: ReadonlyMap<string, string> = custom === '' ? config.headers : parseCustom(custom)
  const place = custom === '' ? `${config.path}: HttpHeaders` : variable
  for (const [name, value] of headers) check(name, value, place)
  return Object.fromEntries([...headers].filter(([name]) => !ours.has(name.toLowerCase())))
}

/** What Go's net/http, or docker's client, takes from nobody. */
const ours = new Set(['host', 'content-length', 'transfer-encoding', 'trailer', 'connection', 'upgrade', 'user-agent'])

const variable = 'DOCKER_CUSTOM_HEADERS'

/** Values may be secrets: none is shown. */
const check = (name: string, value: string, place: string): void => {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  } catch {
    throw failure(`${place}: ${JSON.stringify(name)} is no header, or its value is none`)
  }
}

/** One line of CSV, a NAME=VALUE each. */
const parseCustom = (text: string): ReadonlyMap<string, string> => {
  const fields = [...text.matchAll(/(?:^|(?<=,))(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?:,|\r?\n?$)/gy)]
  if (fields.map(([whole]) => whole).join('') !== text) throw failure(`${variable}: not understood`)
  return new Map(
    fields.map(([, quoted, plain = '']) => {
      const [, name = '', value] = /^([^=]*)=(.*)$/s.exec(quoted?.replaceAll('""', '"') ?? plain) ?? []
      if (value === undefined || name.trim() === '') throw failure(`${variable}: not understood`)
      return [name.trim(), value] as const
    }),
  )
}

const failure = (message: string): Failure =>
  new Failure('settings', message, {
    hint: `${variable} is NAME=VALUE,NAME=VALUE; HttpHeaders is an object of strings`,
  })
