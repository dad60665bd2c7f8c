/**
 * One issue at a time for an account: two at once would leave the key of one beside the certificate of the other, and a user
 * who stops the process that holds the key could collect root's, which wait for it, without end.
 */
import { open, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../failure.ts'
import { hasCode, makeOwnFolder } from '../host/files.ts'

/** Longer than an issue waits for its user and for the gate (askHolder, askGate). */
const longest = 120_000
/** Between making the file and writing into it; later it was killed there. */
const shortest = 5_000

export type TurnOptions = {
  readonly folder?: string
  /** For another process that has it. */ readonly milliseconds?: number
}

/** Until it is disposed of. Throws a Failure where another process has it for longer than we wait. */
export async function takeTurn(
  uid: number,
  { folder = '/run/dockerrun-issue', milliseconds = 0 }: TurnOptions = {},
): Promise<AsyncDisposable> {
  const place = join(await makeOwnFolder(folder, 0o700), String(uid))
  for (const end = Date.now() + milliseconds; !(await isMine(place)); await pause(20))
    if (Date.now() >= end) throw underWay()
  return { [Symbol.asyncDispose]: () => rm(place, { force: true }) }
}

async function isMine(place: string): Promise<boolean> {
  if (await claim(place)) return true
  if (!(await isLeft(place))) return false
  await rm(place, { force: true })
  return await claim(place)
}

async function claim(place: string): Promise<boolean> {
  try {
    await using file = await open(place, 'wx', 0o600)
    await file.writeFile(String(process.pid))
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

/** Its process has ended without tidying up, or takes longer than any may. */
async function isLeft(place: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(place, 'utf8'), stat(place)])
    const age = Date.now() - mtimeMs
    return age > longest || (text === '' ? age > shortest : !isRunning(Number(text)))
  } catch (error) {
    // It has just ended.
    if (hasCode(error, 'ENOENT')) return true
    throw error
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return !hasCode(error, 'ESRCH')
  }
}

const underWay = (): Failure =>
  new Failure('certificate', 'a certificate for this account is being made already', {
    hint: 'try again in a moment',
  })
