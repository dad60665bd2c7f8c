/** Reads a file that decides for root: nobody but root (or who runs this) may be able to change what it says. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, readlinkSync, type Stats } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { hasCode } from './files.ts'

/** The text of the file; undefined where there is none. A Failure where others could write it, or replace part of the way to it. */
export function readRootsFile(path: string): string | undefined {
  try {
    return readOwn(findOwn(path))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    if (error instanceof Error && 'syscall' in error)
      throw new Failure('settings', `${path}: ${error.message}`, {
        hint: 'it has to be a plain file that root can read',
      })
    throw error
  }
}

function readOwn(path: string): string {
  // Without O_NONBLOCK a pipe would keep us waiting for its writer.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const facts = fstatSync(descriptor)
    if (!facts.isFile()) throw new Failure('settings', `${path} is no plain file`, { hint: 'put a plain file there' })
    if (!isOwn(facts) || isShared(facts))
      throw new Failure('settings', `${path} can be written by others than root`, {
        hint: `chown root ${path} && chmod go-w ${path}`,
      })
    return decode(path, readFileSync(descriptor))
  } finally {
    closeSync(descriptor)
  }
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Failure('settings', `${path} is not UTF-8`, { hint: 'write it anew as UTF-8 or plain ASCII' })
  }
}

const mostLinks = 40
const sticky = 0o1000

/**
 * The path without links. Each folder and link on the way, as it is written and as it leads on, must be one that others
 * cannot replace; in a folder such as /tmp they can replace nothing of ours, but the last one must not even be such.
 */
function findOwn(path: string): string {
  const steps = resolve(path).split('/').filter(Boolean)
  let [place, links] = ['/', 0]
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    checkFolder(place, steps.length === 0)
    const next = join(place, step)
    const facts = lstatSync(next)
    if (!facts.isSymbolicLink()) {
      place = next
      continue
    }
    links += 1
    if (!isOwn(facts)) throw changeable(next)
    if (links > mostLinks)
      throw new Failure('settings', `${path}: links without end`, { hint: 'put a plain file there' })
    const target = resolve(place, readlinkSync(next))
    steps.unshift(...target.split('/').filter(Boolean))
    place = '/'
  }
  return place
}

function checkFolder(place: string, isLast: boolean): void {
  const facts = lstatSync(place)
  const isSafe = !isShared(facts) || (!isLast && (facts.mode & sticky) !== 0)
  if (!isOwn(facts) || !isSafe) throw changeable(place)
}

/** An access list that gives somebody the right to write shows in the group's bits (acl(5)). */
const isShared = ({ mode }: Stats): boolean => (mode & 0o022) !== 0
const isOwn = ({ uid }: Stats): boolean => uid === 0 || uid === process.geteuid?.()

const changeable = (place: string): Failure =>
  new Failure('settings', `${place}: others can change what is in it`, {
    hint: `it must belong to root and be writable by root alone: look at ls -ld ${dirname(place)} ${place}`,
  })
