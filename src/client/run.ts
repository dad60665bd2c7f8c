import type { Duplex, Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../failure.ts'
import { startFailure } from '../host/engine-errors.ts'
import type { Terminal } from '../host/terminal.ts'
import { messageOf, type Api } from './api.ts'
import { carry, connectionLost, type End } from './attach.ts'
import { readDetachKeys } from './detach-keys.ts'
import { formatLine } from './dry-run.ts'
import type { Outcome } from './exit-status.ts'
import { explain } from './explain.ts'
import { withIdFile } from './id-file.ts'
import type { InJob } from './job-options.ts'
import { hasJob } from './job-sign.ts'
import { interruptibly, type Interruption } from './interruption.ts'
import { passSignal } from './kill.ts'
import { tellIds } from './other-host.ts'
import { platformQuery, prepare, type Ports, type Prepared } from './prepare.ts'
import { textAt, textsAt } from './reply.ts'
import { followSize } from './resize.ts'
import { given, type Attach, type RunRequest } from './run-request.ts'
import { leaveOnSignal, passSignals } from './signals.ts'
import { beginWait } from './wait.ts'

export type RunPorts = Omit<Ports, 'size'> & { readonly terminal: Terminal; readonly print: (line: string) => void }

/** One dockerrun: prepare, create, attach and wait, start, carry the streams, and how it ended. */
export const run = async (request: RunRequest, ports: RunPorts): Promise<Outcome> => {
  checkTerminal(request, ports.terminal)
  const detachKeys = request.detachKeys ?? given(ports.engine.settings.config.detachKeys)
  readDetachKeys(detachKeys)
  const asked = { ...request, detachKeys }
  return await interruptibly(ports.engine, async (interruption) => {
    if (!hasJob(request, ports.env, ports.settings)) return await runIn({ request: asked }, ports, interruption)
    const { optionsOfJob } = await import('./job-options.ts')
    const runJob = async (job: InJob): Promise<Outcome> => {
      if (!request.join) return await runIn(job, ports, interruption)
      return await (await import('./join.ts')).join(job, ports, interruption)
    }
    const job = optionsOfJob(asked, ports)
    try {
      return await runJob(job).catch(async (error: unknown) => await runJob(job.orWithout(error)))
    } catch (error) {
      throw await job.tell(error)
    }
  })
}

/** What the job adds, where we are in one. */
type Around = Pick<InJob, 'request'> | InJob

const runIn = async (around: Around, ports: RunPorts, interruption: Interruption): Promise<Outcome> =>
  around.request.instead === undefined
    ? await withIdFile(around.request.idFile, async (writeId) => await make(around, ports, interruption, writeId))
    : await tell(around, ports, interruption)

const make = async (
  around: Around,
  ports: RunPorts,
  interruption: Interruption,
  writeId: (id: string) => void,
): Promise<Outcome> => {
  const { early, orStopped } = interruption
  ports.engine.warm(around.request.detach ? 1 : 3)
  const prepared = await orStopped(prepareIn(around, ports, sizeOf(ports.terminal), early))
  early.throwIfAborted()
  const created = await orStopped(create(prepared, ports))
  writeId(created)
  return await runCreated(prepared.api, created, prepared.request, ports, interruption)
}

const prepareIn = async (
  around: Around,
  ports: RunPorts,
  size: Ports['size'],
  signal: AbortSignal,
): Promise<Prepared> =>
  await prepare(around.request, { ...ports, size, confine: 'job' in around ? around.confine : undefined }, signal)

/** What is printed instead of run. */
const tell = async (around: Around, ports: RunPorts, { early, orStopped }: Interruption): Promise<Outcome> => {
  const { api, body, request } = await orStopped(prepareIn(around, ports, undefined, early))
  ports.print(
    request.instead === 'explain' ? await orStopped(explain(api, query(request), body)) : formatLine(request, body),
  )
  return { kind: 'exited', code: 0, replaced: undefined }
}

export const sizeOf = (terminal: Terminal): readonly [number, number] | undefined => {
  const size = terminal.size()
  return size === undefined ? undefined : [size.rows, size.columns]
}

const query = (request: RunRequest): Readonly<Record<string, string>> => ({
  ...(request.name === undefined ? {} : { name: request.name }),
  ...platformQuery(request),
})

/** The id of the new container. */
const create = async (
  { api, body, account, request }: Prepared,
  { engine, notice }: Pick<RunPorts, 'engine' | 'notice'>,
): Promise<string> => {
  const asked = api.ask('POST', '/containers/create', { query: query(request), json: body })
  const created = await asked.catch((error: unknown) => {
    throw tellIds(error, account, engine.settings.address)
  })
  for (const warning of textsAt(created, 'Warnings')) notice(`warning: ${warning}`)
  const id = textAt(created, 'Id') ?? ''
  if (request.isVerbose) notice(`container: ${id}`)
  return id
}

/** docker's own sentence. */
export const checkTerminal = (request: Streams, terminal: Terminal): void => {
  if (wantsRaw(request) && !terminal.isInputTerminal())
    throw new Failure('usage', 'the input device is not a TTY', { hint: 'leave -t out where there is no terminal' })
}

type Streams = { readonly tty: boolean; readonly attach: Pick<Attach, 'stdin'> }

export const wantsRaw = ({ tty, attach }: Streams): boolean => tty && attach.stdin

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
    if (!hasOutput(request)) print(id)
    return session === undefined
      ? { kind: 'left-running' }
      : await follow(api, id, session, request, terminal, interruption)
  } finally {
    restore()
  }
}

/** Without it docker prints the id, and waits for its own input alone. */
const hasOutput = ({ attach }: RunRequest): boolean => attach.stdout || attach.stderr

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

const connect = async (api: Api, path: string, { attach, detachKeys, remove }: RunRequest): Promise<Session> => {
  const digit = (isOn: boolean) => (isOn ? '1' : '0')
  const streams = { stdin: digit(attach.stdin), stdout: digit(attach.stdout), stderr: digit(attach.stderr) }
  const wanted = { stream: '1', ...streams, ...(detachKeys === undefined ? {} : { detachKeys }) }
  const [socket, { end }] = await Promise.all([
    api.hijack(`${path}/attach`, { query: wanted }),
    beginWait(api, path, remove),
  ])
  return { socket, end }
}

/** Over when the streams have ended AND the engine has told the status: ending on the status alone loses output. */
const follow = async (
  api: Api,
  id: string,
  { socket, end }: Session,
  request: RunRequest,
  terminal: Terminal,
  interruption: Interruption,
): Promise<Outcome> => {
  const { interactive, tty, attach, detachKeys, passesSignals } = request
  const stdin = interactive && attach.stdin ? terminal.stdin() : undefined
  const replaced = passesSignals ? passSignals(api, id, interruption, tty ? stdin : undefined) : () => undefined
  const unfollow = tty ? followSize(api, `/containers/${id}`, terminal) : () => {}
  const status = end()
  status.catch(() => socket.destroy())
  const { stdout, stderr } = terminal
  const keys = readDetachKeys(detachKeys)
  const ends: Promise<End | Outcome>[] = [carry(socket, { stdin, stdout, stderr, tty, keys })]
  if (!passesSignals) ends.push(leaveOnSignal(interruption))
  if (!hasOutput(request))
    ends.push(
      status.then(() => 'ended' as const),
      inputSent(socket, stdin),
    )
  const carried = await Promise.race(ends)
  if (typeof carried === 'object') return carried
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

/** The container has had all there was to say to it, and runs on. */
const inputSent = async (socket: Duplex, stdin: Readable | undefined): Promise<Outcome> => {
  if (stdin !== undefined) await new Promise((resolve) => socket.once('finish', resolve))
  return { kind: 'left-running' }
}

/** A command that ends before it has read its input has its connection reset too: then there is a status at once. */
const statusOfLost = async (status: Promise<number>, hadInput: boolean): Promise<number> => {
  const code = await Promise.race([status, pause(2_000, undefined)])
  if (code === undefined || !hadInput) throw connectionLost()
  return code
}
