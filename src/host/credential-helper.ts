import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { Failure } from '../failure.ts'
import type { Environment } from './docker-config.ts'

/** docker-credential-NAME get: the registry on stdin, the answer on stdout. Nothing secret is an argument or in a message. */
export type HelperAnswer = { readonly status: number | null; readonly stdout: string }

export const askHelper = (
  helper: string,
  registry: string,
  { env, signal }: { readonly env: Environment; readonly signal: AbortSignal },
): Promise<HelperAnswer> =>
  new Promise((resolve, reject) => {
    const program = programOf(helper)
    // What it says on stderr is for the user, as with docker: it may ask for a password there.
    const child = spawn(program, ['get'], { env, signal, stdio: ['pipe', 'pipe', 'inherit'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', (error) => reject(signal.aborted ? error : notStarted(program, error)))
    child.on('close', (status) => resolve({ status, stdout: Buffer.concat(chunks).toString() }))
    // One that needs no registry may have closed its stdin.
    child.stdin.on('error', () => {})
    child.stdin.end(registry)
  })

export const programOf = (helper: string): string => `docker-credential-${helper}`

const notStarted = (program: string, error: Error): Failure =>
  new Failure('settings', `${program}: cannot be started (${'code' in error ? String(error.code) : error.message})`, {
    hint: 'install it, or take it out of credHelpers or credsStore in config.json',
  })

export const isOnPath = (program: string, { PATH }: Environment): boolean =>
  (PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(`${folder === '' ? '.' : folder}/${program}`, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
