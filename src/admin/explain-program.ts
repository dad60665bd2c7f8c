/**
 * Runs a user's program for root. It has the user's rights and no more, no terminal, no network (so no way to the engine but the
 * one it is given) and a process namespace of its own, whose end nothing that it started survives.
 */
import { spawn } from 'node:child_process'
import type { Account } from '../contract/identity.ts'

export type Program = {
  readonly account: Account
  readonly line: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Entered as the user, who may not be able to: then it is the home. */
  readonly folder: string
  readonly seconds: number
  /** Ends it. */
  readonly stop: AbortSignal
}

export type ProgramEnd = {
  readonly kind: 'ended' | 'stopped' | 'late'
  readonly status: number
  /** The end of what it said on standard error: the user's words. */
  readonly said: string
}

const longestSaid = 4096

export async function runProgramAs({ account, line, env, folder, seconds, stop }: Program): Promise<ProgramEnd> {
  const [file, ...args] = [...apart, ...becoming(account), ...entering(folder), ...line]
  // detached: a session of its own, since a terminal could be written into.
  const child = spawn(file, args, { cwd: '/', env, stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  let said = ''
  let kind: ProgramEnd['kind'] = 'ended'
  const finish = (how: ProgramEnd['kind']) => {
    if (kind === 'ended') kind = how
    child.kill('SIGKILL')
  }
  const stopNow = () => finish('stopped')
  const timer = setTimeout(() => finish('late'), seconds * 1000)
  stop.addEventListener('abort', stopNow, { once: true })
  if (stop.aborted) stopNow()
  child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-longestSaid)))
  try {
    return await new Promise<ProgramEnd>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({ kind, status: code ?? 128, said }))
    })
  } finally {
    clearTimeout(timer)
    stop.removeEventListener('abort', stopNow)
  }
}

/** Should we be killed, this ends, and with it (kill-child) the namespace's first process: root's sh, so the user cannot keep it. */
const apart = [
  'setpriv',
  '--pdeathsig=KILL',
  'unshare',
  '--net',
  '--pid',
  '--fork',
  '--kill-child=SIGKILL',
  '--',
  'sh',
  '-c',
  '"$@"; exit $?',
  'sh',
] as const

function becoming({ uid, gid, groups }: Account): readonly string[] {
  const gids = groups.map((group) => group.gid).join(',')
  const supplementary = gids === '' ? '--clear-groups' : `--groups=${gids}`
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, supplementary, '--inh-caps=-all', '--no-new-privs', '--']
}

/** As the user: a folder that only root reaches must not be handed down as the working directory. */
const entering = (folder: string): readonly string[] => [
  'sh',
  '-c',
  'cd "$1" 2>/dev/null || cd 2>/dev/null || cd /; shift; exec "$@"',
  'sh',
  folder,
]
