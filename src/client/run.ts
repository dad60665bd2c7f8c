import type { Duplex, Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../failure.ts'
import { startFailure } from '../host/engine-errors.ts'
import type { Forwarded } from '../host/signals.ts'
import type { Terminal } from '../host/terminal.ts'
import { messageOf, type Api } from './api.ts'
import { carry, connectionLost } from './attach.ts'
import type { Outcome } from './exit-status.ts'
import { interruptibly, type Interruption } from './interruption.ts'
import { passSignal } from './kill.ts'
import { prepare, type Ports } from './prepare.ts'
import { textAt } from './reply.ts'
import { followSize } from './resize.ts'
import type { RunRequest } from './run-request.ts'
import { typedSignal } from './typed.ts'
import { beginWait } from './wait.ts'

export type RunPorts = Ports & { readonly terminal: Terminal; readonly print: (line: string) => void }

/** One dockerrun: prepare, create, attach and wait, start, carry the streams, and how it ended. */
export const run = async (request: RunRequest, ports: RunPorts): Promise<Outcome> => {
  checkTerminal(request, ports.terminal)
  return await interruptibly(ports.engine, async (interruption) => {
    const { early, orStopped } = interruption
    ports.engine.warm(request.detach ? 1 : 3)
    const { api, body } = await orStopped(prepare(request, ports, early))
    early.throwIfAborted()
    const query = request.name === undefined ? {} : { name: request.name }
    const created = await orStopped(api.ask('POST', '/containers/create', { query, json: body }))
    return await runCreated(api, textAt(created, 'Id') ?? '', request, ports, interruption)
  })
}

/** docker's own sentence. */
export const checkTerminal = (
  { interactive, tty, detach }: Pick<RunRequest, 'interactive' | 'tty' | 'detach'>,
  terminal: Terminal,
): void => {
  if (wantsRaw({ interactive, tty, detach }) && !terminal.isInputTerminal())
    throw new Failure('usage', 'the input device is not a TTY', { hint: 'leave -t out where there is no terminal' })
}

export const wantsRaw = ({ interactive, tty, detach }: Pick<RunRequest, 'interactive' | 'tty' | 'detach'>): boolean =>
  interactive && tty && !detach

/** A container that did not start is removed, whatever kept it from starting. */
export const runCreated = async (
  api: Api,
  id: string,
  request: RunRequest,
  { terminal, print }: Pick<RunPorts, 'terminal' | 'print'>,
  interruption: Interruption,
): Promise<Outcome> => {
  let restore = () => {}
  const takeTerminal = () => {
    if (wantsRaw(request)) restore = terminal.makeRaw()
  }
  try {
    const session = await begin(api, `/containers/${id}`, request, interruption, takeTerminal)
    if (session !== undefined) return await follow(api, id, session, request, terminal, interruption)
    print(id)
    return { kind: 'left-running' }
  } finally {
    restore()
  }
}

type Session = { readonly socket: Duplex; readonly end: () => Promise<number> }

/** Attach and wait go out together and both stand before the start, so that neither output nor status can be missed. */
const begin = async (
  api: Api,
  path: string,
  request: RunRequest,
  { early, orStopped, hold }: Interruption,
  takeTerminal: () => void,
): Promise<Session | undefined> => {
  try {
    early.throwIfAborted()
    const session = request.detach ? undefined : await orStopped(connect(api, path, request))
    early.throwIfAborted()
    takeTerminal()
    hold()
    const started = await api.reply('POST', `${path}/start`)
    if (started.status >= 400) throw startFailure(started.status, messageOf(started))
    return session
  } catch (error) {
    await orStopped(api.reply('DELETE', path, { query: { force: '1' } })).catch(() => {})
    throw error
  }
}

const connect = async (api: Api, path: string, { interactive, remove }: RunRequest): Promise<Session> => {
  const query = { stream: '1', stdin: interactive ? '1' : '0', stdout: '1', stderr: '1' }
  const [socket, { end }] = await Promise.all([api.hijack(`${path}/attach`, { query }), beginWait(api, path, remove)])
  return { socket, end }
}

/** Over when the streams have ended AND the engine has told the status: ending on the status alone loses output. */
const follow = async (
  api: Api,
  id: string,
  { socket, end }: Session,
  { interactive, tty }: RunRequest,
  terminal: Terminal,
  interruption: Interruption,
): Promise<Outcome> => {
  const stdin = interactive ? terminal.stdin() : undefined
  const replaced = passSignals(api, id, interruption, tty ? stdin : undefined)
  const unfollow = tty ? followSize(api, `/containers/${id}`, terminal) : () => {}
  const status = end()
  status.catch(() => socket.destroy())
  const { stdout, stderr } = terminal
  const carried = await carry(socket, { stdin, stdout, stderr, tty })
  unfollow()
  if (carried === 'closed') {
    // As on the host, where `yes | head -1` ends; docker would leave it running for nobody.
    await passSignal(api, id, 'SIGPIPE', { by: 'us', onKill: () => {} })
    return { kind: 'interrupted', signal: 'SIGPIPE' }
  }
  if (carried === 'detached') return { kind: 'left-running' }
  const code = carried === 'lost' ? await statusOfLost(status, stdin !== undefined) : await status
  return { kind: 'exited', code, replaced: replaced() }
}

/** A command that ends before it has read its input has its connection reset too: then there is a status at once. */
const statusOfLost = async (status: Promise<number>, hadInput: boolean): Promise<number> => {
  const code = await Promise.race([status, pause(2_000, undefined)])
  if (code === undefined || !hadInput) throw connectionLost()
  return code
}

/** From now on signals are the container's: those we get, and those typed at its terminal. Tells which one KILL stood in for. */
const passSignals = (api: Api, id: string, interruption: Interruption, typed: Readable | undefined) => {
  let replaced: Forwarded | undefined
  const pass = (signal: Forwarded, by: 'us' | 'terminal') => {
    const onKill = () => {
      replaced ??= signal
    }
    void passSignal(api, id, signal, { by, onKill })
  }
  interruption.pass((signal) => pass(signal, 'us'))
  typed?.on('data', (bytes: Buffer) => {
    const signal = typedSignal(bytes)
    if (signal !== undefined) pass(signal, 'terminal')
  })
  return () => replaced
}
