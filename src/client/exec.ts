import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../failure.ts'
import { startFailure } from '../host/engine-errors.ts'
import type { Engine } from '../host/http.ts'
import type { Sent } from '../host/signals.ts'
import type { Terminal } from '../host/terminal.ts'
import { readAccount } from './account.ts'
import { messageOf, type Api } from './api.ts'
import { carry, connectionLost } from './attach.ts'
import { readDetachKeys } from './detach-keys.ts'
import { buildEnvironment, type CallerEnvironment } from './environment.ts'
import { readBytes } from './environment-files.ts'
import { findContainer } from './find-container.ts'
import { checkUser } from './identity-wish.ts'
import { buildExecBody } from './exec-body.ts'
import type { ExecRequest } from './exec-request.ts'
import { hasNeverRun, hasStarted, holdBack, readExec } from './exec-start.ts'
import type { Outcome } from './exit-status.ts'
import { interruptibly, type Interruption } from './interruption.ts'
import { signalOwn } from './kill.ts'
import { textAt } from './reply.ts'
import { followSize } from './resize.ts'
import { given } from './run-request.ts'
import { checkTerminal, sizeOf, wantsRaw } from './run.ts'

export type ExecPorts = { readonly engine: Engine; readonly env: CallerEnvironment; readonly terminal: Terminal }

/** One dockerexec: look at the container, create the exec as oneself, start it, carry the streams, read its status. */
export const exec = async (request: ExecRequest, { engine, env, terminal }: ExecPorts): Promise<Outcome> => {
  checkTerminal(request, terminal)
  const detachKeys = request.detachKeys ?? given(engine.settings.config.detachKeys)
  const keys = readDetachKeys(detachKeys)
  return await interruptibly(engine, async (interruption) => {
    const { early, orStopped, hold } = interruption
    engine.warm(request.detach ? 1 : 2)
    const account = readAccount(early)
    account.catch(() => {})
    const found = await orStopped(findContainer(engine, request.container, { account, env, signal: early }))
    const who = await orStopped(account)
    checkUser(request.user, who)
    const files = await Promise.all(request.environmentFiles.map(async (path) => await readBytes(path, '--env-file')))
    const variables = buildEnvironment(files, request.environment, env)
    const { api, id } = found
    const json = buildExecBody({ ...request, detachKeys }, who, found.environment, variables, sizeOf(terminal))
    const created = await orStopped(api.ask('POST', `/containers/${id}/exec`, { json }))
    const place = { api, id, path: `/exec/${textAt(created, 'Id') ?? ''}`, keys }
    early.throwIfAborted()
    const restore = wantsRaw(request) ? terminal.makeRaw() : () => {}
    try {
      hold()
      return request.detach
        ? await startDetached(place, request)
        : await followExec(place, request, terminal, interruption)
    } finally {
      restore()
    }
  })
}

export type ExecPlace = {
  readonly api: Api
  readonly id: string
  readonly path: string
  readonly keys: readonly number[]
}

const startDetached = async ({ api, path }: ExecPlace, { tty }: ExecRequest): Promise<Outcome> => {
  const { status, body } = await api.reply('POST', `${path}/start`, { json: { Detach: true, Tty: tty } })
  if (status >= 400) throw startFailure(status, messageOf({ body }))
  return { kind: 'left-running' }
}

export const followExec = async (
  { api, id, path, keys }: ExecPlace,
  { attach, tty }: Pick<ExecRequest, 'attach' | 'tty'>,
  terminal: Terminal,
  interruption: Interruption,
): Promise<Outcome> => {
  const socket = await api.hijack(`${path}/start`, { json: { Detach: false, Tty: tty } })
  const pass = (signal: Sent) => signalProcess(api, id, path, signal).catch(() => {})
  interruption.pass((signal) => void pass(signal))
  const unfollow = tty ? followSize(api, path, terminal) : () => {}
  const { stdout, stderr } = terminal
  const stdin = attach.stdin ? terminal.stdin() : undefined
  const { hold, said } = holdBack(() => hasStarted(api, path))
  const end = await carry(socket, { stdin, stdout, stderr, tty, keys }, hold)
  unfollow()
  if (end === 'closed') {
    await pass('SIGPIPE')
    return { kind: 'interrupted', signal: 'SIGPIPE' }
  }
  if (end === 'detached') throw detached()
  // A command that ends before it has read its input has its connection reset too: then there is a status.
  if (end === 'lost' && stdin === undefined) throw connectionLost()
  const facts = await readEnd(api, path).catch(() => {
    throw connectionLost()
  })
  if (facts === undefined) throw end === 'lost' ? connectionLost() : noStatus()
  if (hasNeverRun(facts) && said() !== '') throw startFailure(0, said())
  return { kind: 'exited', code: facts.code, replaced: undefined }
}

/** The engine has no way to signal an exec. Its process is one of ours on this host, so the kernel lets us and nobody else. */
const signalProcess = async (api: Api, id: string, path: string, signal: Sent): Promise<void> => {
  const { pid, code } = await readExec(api, path)
  if (pid > 0 && code === undefined) signalOwn(pid, id, signal)
}

/** The streams can end a moment before the engine has noted the status. */
const readEnd = async (
  api: Api,
  path: string,
): Promise<{ readonly pid: number; readonly code: number } | undefined> => {
  for (let delay = 5; delay < 5_000; delay *= 2) {
    const { pid, code } = await readExec(api, path)
    if (code !== undefined) return { pid, code }
    await pause(delay)
  }
  return undefined
}

/** docker's own words and status: how the command ends is not known here. */
const detached = () =>
  new Failure('usage', 'read escape sequence', { hint: 'the command runs on in the container', status: 1 })

const noStatus = () =>
  new Failure('engine-failed', 'the engine does not say how the command ended', { hint: 'try again' })
