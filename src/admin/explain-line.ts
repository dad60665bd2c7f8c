/** Runs a command line as its user, before a recorder, to see what it would ask of the engine and what the gate would say. */
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { join } from 'node:path'
import type { Account } from '../contract/identity.ts'
import { findEndpoint } from '../host/endpoint.ts'
import { openEngine } from '../host/http.ts'
import { openExplain } from './explain-gate.ts'
import { runProgramAs, type ProgramEnd } from './explain-program.ts'
import { createRecorder, type Seen } from './explain-recorder.ts'

export type LineOrder = {
  readonly account: Account
  readonly line: readonly string[]
  readonly folder: string
  readonly seconds: number
  /** Where the gate is asked, and the engine's own root socket as a URL. */
  readonly socket: string
  readonly engine: string
  readonly stop: AbortSignal
}

export type LineReport = { readonly seen: readonly Seen[]; readonly end: ProgramEnd }

/** The engine's answers are held in memory; a list of a thousand containers has some megabytes. */
const largestLook = 32 * 1024 * 1024

export async function explainLine(order: LineOrder): Promise<LineReport> {
  const { account, line, folder, seconds } = order
  const explain = openExplain(order.socket)
  // Is it there, and may we ask? Before anything is started.
  await explain({ User: account.login, UserAuthNMethod: 'TLS', RequestMethod: 'GET', RequestUri: '/_ping' })
  const engine = await openEngine(findEndpoint({ DOCKER_HOST: order.engine }))
  const { server, seen, over } = createRecorder({
    login: account.login,
    explain,
    look: async (method, target) => await engine.ask(method, target, { limit: largestLook }),
  })
  const place = await mkdtemp('/run/dockerrun-explain-')
  try {
    const socket = await listenFor(server, place, account)
    const stop = new AbortController()
    const program = runProgramAs({
      account,
      line,
      folder,
      seconds,
      env: environmentOf(account, socket),
      stop: AbortSignal.any([stop.signal, order.stop]),
    })
    const broken = over.then(() => undefined).catch((error: unknown) => ({ error }))
    void broken.then(() => stop.abort())
    const end = await program
    // A failure of the gate or the engine is not the program's, and tells more.
    const failed = end.kind === 'stopped' && !order.stop.aborted ? await broken : undefined
    if (failed !== undefined) throw failed.error
    return { seen: [...seen], end }
  } finally {
    server.close()
    server.closeAllConnections()
    engine.close()
    await rm(place, { recursive: true, force: true })
  }
}

/** The user may open the socket and nobody else; the folder is root's, so that nobody can put another in its place. */
async function listenFor(server: Server, place: string, { uid, gid }: Account): Promise<string> {
  const socket = join(place, 'engine.sock')
  const mask = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(socket, () => resolve())
    })
  } finally {
    process.umask(mask)
  }
  await chown(socket, uid, gid)
  await chmod(place, 0o711)
  return socket
}

/** What login(1) would give, and the way to the recorder. */
const environmentOf = ({ login, home, shell }: Account, socket: string) => ({
  HOME: home,
  USER: login,
  LOGNAME: login,
  SHELL: shell,
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  TERM: 'dumb',
  DOCKER_HOST: `unix://${socket}`,
})
