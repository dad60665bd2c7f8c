/** Puts gate 1 on its socket: one of its own making, or the one that systemd made and keeps while the gate restarts. */
import { lstatSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { dirname } from 'node:path'
import { Failure } from '../failure.ts'
import { hasCode, makeOwnFolder, openOwnFolder } from '../host/files.ts'
import { askGate } from './check.ts'

/** `handed` is the descriptor of what listens on `socket` already (readHanded). */
export type Place = { readonly socket: string; readonly handed?: number | undefined }

type Environment = Readonly<Record<string, string | undefined>>

/** sd_listen_fds(3): descriptors are handed over from here on. */
const firstHanded = 3
/** What may wait while the gate restarts. The engine gives up a call that cannot even be queued (EAGAIN). */
const backlog = 4096

/** Root's alone: whoever can speak here speaks as the engine, and whoever can put another socket here speaks as the gate. */
export async function listen(server: Server, { socket, handed }: Place): Promise<void> {
  if (handed !== undefined) return await begin(server, { fd: handed, backlog })
  await makeOwnFolder(dirname(socket), 0o755)
  if ((await askGate(socket)) !== 'nobody')
    throw new Failure('settings', `another gate listens on ${socket}`, {
      hint: 'one gate serves one engine: stop the other or choose another --socket',
    })
  // A socket file without a listener is a crash's.
  rmSync(socket, { force: true })
  const mask = process.umask(0o177)
  try {
    await begin(server, { path: socket, backlog })
  } finally {
    process.umask(mask)
  }
}

const begin = async (server: Server, options: { path: string; backlog: number } | { fd: number; backlog: number }) =>
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, () => resolve())
  })

/**
 * The descriptor systemd handed to this process; undefined where there is none for us. Throws unless it is exactly one, a
 * unix stream that listens at `socket`, and root's alone.
 */
export async function readHanded(
  { LISTEN_PID, LISTEN_FDS }: Environment,
  { pid, socket }: { readonly pid: number; readonly socket: string },
): Promise<number | undefined> {
  if (LISTEN_PID !== String(pid) || LISTEN_FDS === undefined || LISTEN_FDS === '0') return undefined
  if (LISTEN_FDS !== '1') throw refused(`${LISTEN_FDS} sockets, and not one`)
  if (!isListener(readFileSync('/proc/self/net/unix', 'utf8'), readLink(`/proc/self/fd/${firstHanded}`), socket))
    throw refused(`what is no unix stream socket that listens on ${socket}`)
  const file = lstatSync(socket, { throwIfNoEntry: false })
  if (file?.isSocket() !== true) throw refused(`a socket that is no longer at ${socket}`)
  if (file.uid !== process.geteuid?.() || (file.mode & 0o777) !== 0o600)
    throw refused(`${socket}, which is not root's alone`)
  await openOwnFolder(dirname(socket))
  return firstHanded
}

function refused(what: string): Failure {
  return new Failure('settings', `the service manager handed over ${what}`, {
    hint: 'one ListenStream= spelled as --socket is, SocketMode=0600; then systemctl restart dockerrun-authz.socket',
  })
}

/**
 * Does a line of /proc/net/unix (proc(5)) say that the socket behind `link` is a stream (type 1) which listens (__SO_ACCEPTCON,
 * 1 << 16) on `path`? Any user can forge lines, with a newline in a path of theirs: so one that fits is enough, and others
 * do no harm.
 */
export function isListener(table: string, link: string, path: string): boolean {
  const inode = /^socket:\[([0-9]+)\]$/.exec(link)?.[1]
  return table.split('\n').some((line) => {
    const [, flags = '', at, where] = /^\S+ +\S+ \S+ (\S+) 0001 \S+ +([0-9]+) (.+)$/.exec(line) ?? []
    return at === inode && where === path && (Number.parseInt(flags, 16) & 0x10000) !== 0
  })
}

function readLink(path: string): string {
  try {
    return readlinkSync(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return ''
    throw error
  }
}
