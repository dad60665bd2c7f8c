import process from 'node:process'
import { Failure } from '../failure.ts'
import type { Engine } from '../host/http.ts'
import { readProcessStatus } from '../host/process-status.ts'
import type { Terminal } from '../host/terminal.ts'
import { readAccount } from './account.ts'
import { buildApi, refusal, versionHeader, type Api } from './api.ts'
import { carry } from './attach.ts'
import { buildEnvironment, type CallerEnvironment } from './environment.ts'
import { buildExecBody } from './exec-body.ts'
import type { ExecRequest } from './exec-request.ts'
import type { Outcome } from './exit-status.ts'
import { listenForSignals, type Interruption } from './interruption.ts'
import { at, numberAt, parseJson, textAt, textsAt } from './reply.ts'
import { followSize } from './resize.ts'
import { checkTerminal } from './run.ts'
import { isContained } from './unfelt.ts'

export type ExecPorts = { readonly engine: Engine; readonly env: CallerEnvironment; readonly terminal: Terminal }

/** One dockerexec: look at the container, create the exec as oneself, start it, carry the streams, read its status. */
export const exec = async (request: ExecRequest, { engine, env, terminal }: ExecPorts): Promise<Outcome> => {
  checkTerminal(request, terminal)
  const interruption = listenForSignals()
  const restore = request.interactive && request.tty && !request.detach ? terminal.makeRaw() : () => {}
  try {
    engine.warm(request.detach ? 1 : 2)
    const given = buildEnvironment([], request.environment, env)
    const [account, { api, id, environment }] = await Promise.all([
      readAccount(),
      findContainer(engine, request.container, interruption.early),
    ])
    const json = buildExecBody(request, account, environment, given)
    const path = `/exec/${textAt(await api.ask('POST', `/containers/${id}/exec`, { json }), 'Id') ?? ''}`
    interruption.early.throwIfAborted()
    interruption.hold()
    if (!request.detach) return await follow(api, path, request, terminal, interruption)
    await api.ask('POST', `${path}/start`, { json: { Detach: true, Tty: request.tty } })
    return { kind: 'left-running' }
  } catch (error) {
    const signal = interruption.signal()
    if (signal === undefined) throw error
    return { kind: 'interrupted', signal }
  } finally {
    restore()
    interruption.stop()
    engine.close()
  }
}

const findContainer = async (engine: Engine, container: string, signal: AbortSignal) => {
  const reply = await engine.ask('GET', `/containers/${container}/json`, { signal })
  if (reply.status === 404)
    throw new Failure('usage', `no such container: ${container}`, { hint: 'docker ps lists what runs' })
  if (reply.status >= 400) throw refusal(reply)
  const facts = parseJson(reply.body.toString())
  const api = buildApi(engine, versionHeader(reply))
  return { api, id: textAt(facts, 'Id') ?? '', environment: textsAt(facts, 'Config', 'Env') }
}

const follow = async (
  api: Api,
  path: string,
  { interactive, tty }: ExecRequest,
  terminal: Terminal,
  interruption: Interruption,
): Promise<Outcome> => {
  const socket = await api.hijack(`${path}/start`, { json: { Detach: false, Tty: tty } })
  interruption.pass((signal) => void signalProcess(api, path, signal).catch(() => {}))
  const unfollow = tty ? followSize(api, path, terminal) : () => {}
  const { stdout, stderr } = terminal
  const end = await carry(socket, { stdin: interactive ? terminal.stdin() : undefined, stdout, stderr, tty })
  unfollow()
  if (end === 'closed') {
    await signalProcess(api, path, 'SIGPIPE').catch(() => {})
    return { kind: 'interrupted', signal: 'SIGPIPE' }
  }
  if (end === 'detached') return { kind: 'left-running' }
  return { kind: 'exited', code: await readExitCode(api, path), replaced: undefined }
}

/** The engine has no way to signal an exec. Its process is one of ours on this host, so the kernel lets us and nobody else. */
const signalProcess = async (api: Api, path: string, signal: NodeJS.Signals): Promise<void> => {
  const pid = numberAt(await api.ask('GET', `${path}/json`), 'Pid') ?? 0
  if (pid > 0 && isContained(readProcessStatus(pid))) process.kill(pid, signal)
}

/** The streams can end a moment before the engine has noted the status. */
const readExitCode = async (api: Api, path: string): Promise<number> => {
  for (let delay = 5; delay < 5_000; delay *= 2) {
    const facts = await api.ask('GET', `${path}/json`)
    const code = numberAt(facts, 'ExitCode')
    if (at(facts, 'Running') !== true && code !== undefined) return code
    await new Promise((resolve) => {
      setTimeout(resolve, delay)
    })
  }
  throw new Failure('engine-failed', 'the engine does not say how the command ended', { hint: 'try again' })
}
