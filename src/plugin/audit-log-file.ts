/** The open file of the audit log: nobody else could have prepared it, and what was cut off in it swallows no line. */
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../failure.ts'

export type LogFile = {
  readonly descriptor: number
  /** Whether what a look at its path has found is this file. */
  readonly isAt: (seen: BigIntStats | undefined) => boolean
  /** Whether it has a name still: what is written to a file without one is gone. */
  readonly hasName: () => boolean
  /** When its first line was written. */
  readonly since: number
  /** One write(2). Throws when the text did not go out whole. */
  readonly append: (text: string) => void
}

/** Opens it for appending; made 0600, its folder 0700. A link is not followed, and nothing but a file or a device is opened. */
export function openLogFile(file: string, now: number): LogFile {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NOCTTY } = constants
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  refuseUnless(isOurs(statSync(dirname(file), { bigint: true })), dirname(file))
  const descriptor = openSync(file, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NOCTTY, 0o600)
  try {
    const stat = fstatSync(descriptor, { bigint: true })
    if (!stat.isFile() && !stat.isCharacterDevice()) throw new Error('it is no file')
    refuseUnless(stat.isCharacterDevice() || isOurs(stat), file)
    return {
      descriptor,
      isAt: (seen) => seen?.ino === stat.ino && seen.dev === stat.dev,
      hasName: () => fstatSync(descriptor).nlink > 0,
      since: readFirstTime(descriptor) ?? now,
      append: appender(descriptor),
    }
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

const isOurs = ({ uid, mode }: BigIntStats): boolean =>
  (uid === 0n || Number(uid) === process.geteuid?.()) && (mode & 0o022n) === 0n

function refuseUnless(isGood: boolean, path: string): void {
  if (!isGood)
    throw new Failure('settings', `${path}: others could change the audit log`, {
      hint: `it and its folder must be root's: chown root ${path} && chmod go-w ${path}`,
    })
}

function appender(descriptor: number): (text: string) => void {
  // Whoever wrote before us may have been killed in the middle of a line.
  let mayBeTorn = true
  return (text) => {
    const bytes = Buffer.from(mayBeTorn && isTorn(descriptor) ? `\n${text}` : text)
    mayBeTorn = true
    if (writeSync(descriptor, bytes) !== bytes.length) throw new Error('the line was cut short')
    mayBeTorn = false
  }
}

/** Does it end in the middle of a line? A full disk and kill -9 cut write(2) off between two pages. */
function isTorn(descriptor: number): boolean {
  const { size } = fstatSync(descriptor)
  const end = Buffer.alloc(1)
  return size > 0 && readSync(descriptor, end, 0, 1, size - 1) === 1 && end.toString() !== '\n'
}

/** The time on the first line: a file's own dates do not survive being copied, nor have all file systems that of its birth. */
function readFirstTime(descriptor: number): number | undefined {
  const start = Buffer.alloc(64 * 1024)
  const [line = ''] = start.toString('utf8', 0, readSync(descriptor, start, 0, start.length, 0)).split('\n')
  const [, text = ''] = /"time":"([^"]{1,40})"/.exec(line) ?? []
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}
