import { Failure } from '../failure.ts'

/** An engine's address in docker's words (docker/cli opts/hosts.go): unix:///PATH, tcp://HOST:PORT, or HOST:PORT. Pure. */
export type Address =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number | undefined }

export const defaultSocket = 'unix:///var/run/docker.sock'

/** `said` is how a message names the address and where it stands. */
export const parseAddress = (text: string, said: string): Address => {
  const [, scheme = 'tcp', rest = ''] = /^(?:([^/]*?):\/\/)?(.*)$/s.exec(text) ?? []
  const refused = notOffered.get(scheme)
  if (refused !== undefined) throw failure(`${said}: ${refused}`)
  if (scheme === 'unix' && !rest.includes('://'))
    return { kind: 'unix', path: rest === '' ? defaultSocket.slice('unix://'.length) : rest }
  const [all, host = '', port = ''] = /^(\[[0-9A-Fa-f:]+\]|[^:/[\]@?#\s]*)(?::([0-9]*))?\/?$/.exec(rest) ?? []
  const number = port === '' ? undefined : Number(port)
  const isPort = number === undefined || (number > 0 && number < 65536)
  if (scheme !== 'tcp' || all === undefined || !isPort) throw failure(`${said}: not understood`)
  return { kind: 'tcp', host: host === '' ? 'localhost' : host.replace(/^\[|\]$/g, ''), port: number }
}

export const hostAndPort = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`

const notOffered: ReadonlyMap<string, string> = new Map([
  ['ssh', 'ssh is not offered: at its far end is the socket of the engine, which knows nobody by name'],
  ['npipe', 'a named pipe is for Windows'],
  ['fd', 'fd:// is for the engine itself'],
])

const failure = (message: string): Failure =>
  new Failure('settings', message, { hint: 'tcp://HOST:PORT with TLS, or unix:///PATH, is wanted' })
