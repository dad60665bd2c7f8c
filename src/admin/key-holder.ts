/**
 * The user's side of an issue. It runs in a process that root started and that becomes the user before it looks at anything of the
 * user's: whatever links the user put into the folder, they lead no further than the user's own rights.
 */
import { mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../failure.ts'
import { hasCode, makeOwnFolder, writeFiles } from '../host/files.ts'
import { readMessages, writeMessage } from './dialogue.ts'
import type { Done, Request, Task, Trouble } from './dialogue.ts'
import { generateKeys, makeRequest, writeKey } from './x509.ts'

export type HolderPorts = {
  readonly input: AsyncIterable<Buffer | string>
  readonly send: (line: string) => void
  readonly become: (task: Task) => void
}

/** In: a Task, then what was Signed. Out: a Request, then Done; or Trouble, when the folder or a file cannot be made. */
export async function holdKey({ input, send, become }: HolderPorts): Promise<void> {
  const say = (message: Request | Done | Trouble) => send(writeMessage(message))
  const messages = readMessages(input)
  const task = parseTask((await messages.next()).value)
  if (task === undefined) return say({ trouble: 'this verb is for dockerrunctl itself' })
  try {
    become(task)
    const folder = await openFolder(task)
    const keys = await generateKeys()
    say({ request: await makeRequest(keys) })
    const { certificate, authority } = (await messages.next()).value ?? {}
    if (typeof certificate !== 'string' || typeof authority !== 'string') return
    const files = [
      { path: join(folder, 'key.pem'), data: await writeKey(keys), mode: 0o600 },
      { path: join(folder, 'ca.pem'), data: authority, mode: 0o644 },
      { path: join(folder, 'cert.pem'), data: certificate, mode: 0o644 },
    ]
    await writeFiles(files, { replace: true })
    say({ done: folder })
  } catch (error) {
    // EACCES, ENOSPC and the like are the folder's; anything else is a bug and goes up.
    if (!(error instanceof Failure || (error instanceof Error && 'syscall' in error))) throw error
    say({ trouble: error.message })
  }
}

/** For good: groups, then real, effective and saved ids, and seen to be so. Root's own and one's own need no change. */
export function becomeAccount({ uid, gid, groups }: Task): void {
  process.umask(0o077)
  if (uid === process.getuid?.() && uid === process.geteuid?.()) return
  process.setgroups?.(groups)
  process.setgid?.(gid)
  process.setuid?.(uid)
  const ids = [process.getuid?.(), process.geteuid?.(), process.getgid?.(), process.getegid?.()].join()
  if (ids !== [uid, uid, gid, gid].join()) throw new Error(`has ids ${ids} where ${uid} and ${gid} were due`)
}

/** Root's own folder has nobody's rights to stop at, so nobody else may have had a hand in it. */
async function openFolder({ folder, uid }: Task): Promise<string> {
  if (uid === 0) return makeOwnFolder(folder, 0o700)
  await makeFolder(folder)
  return folder
}

/** Level by level: node's recursive mkdir never ends where a folder that is there says ENOENT to all in it, as /proc does. */
async function makeFolder(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error
  })
  if (found?.isDirectory() === true) return
  if (found === undefined) await makeFolder(dirname(path))
  await mkdir(path, { mode: 0o700 })
}

function parseTask(message: Readonly<Record<string, unknown>> | undefined): Task | undefined {
  const { login, uid, gid, groups, folder } = message ?? {}
  if (typeof login !== 'string' || typeof folder !== 'string') return undefined
  if (!isId(uid) || !isId(gid) || !Array.isArray(groups) || !groups.every(isId)) return undefined
  return { login, uid, gid, groups, folder }
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value)
