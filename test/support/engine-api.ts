/** The engine's API as it is: as root over the unix socket, or with an account's certificate, as an attacker would. */
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import type { Namespace } from './namespace.ts'
import { type ProgramOptions, execProgram } from './program.ts'

export type ApiAnswer = { readonly status: number; readonly body: string }

export type ApiRequest = {
  readonly method?: string
  readonly path: string
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

export const callApi = (
  socketPath: string,
  { method = 'GET', path, body, headers = {} }: ApiRequest,
): Promise<ApiAnswer> =>
  new Promise((resolve, reject) => {
    // The engine is called anew each time, since tests restart it.
    const call = request(
      { socketPath, method, path, headers: { Host: 'engine', ...headers }, agent: false },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
      },
    )
    call.on('error', reject)
    call.end(body)
  })

/** One request by an account of the lab. Nothing is added, so that headers and paths may be as wrong as a test wants. */
export const callApiAs = async (
  lab: Namespace,
  { method = 'GET', path, body = '', headers = {} }: ApiRequest,
  options: ProgramOptions,
): Promise<ApiAnswer> => {
  const input = JSON.stringify({ method, path, headers, body: Buffer.from(body).toString('base64') })
  const script = readFileSync(join(import.meta.dirname, 'raw-call.cjs'), 'utf8')
  const { status, stdout, stderr } = await execProgram(lab, ['node', '--eval', script], { ...options, input })
  if (status !== 0) throw new Error(`${method} ${path}: ${stderr}`)
  return JSON.parse(stdout) as ApiAnswer
}
