import { fstatSync, write } from 'node:fs'
import process from 'node:process'
import { Writable } from 'node:stream'
import { isatty } from 'node:tty'

/**
 * stdout and stderr of the native file, where they are no terminals. Bun's own make a pipe non-blocking for all who hold it and
 * leave it so (1.4.5), and what a shell runs next behind the same pipe then fails with EAGAIN. They also take 6 ms to load.
 */
export const useOwnOutput = (): void => {
  const stdout = open(1)
  // One place, one stream: what is written first is there first.
  const stderr = stdout !== undefined && isSamePlace() ? stdout : open(2)
  // Set, not defined: to define them anew Bun opens its own first.
  if (stdout !== undefined) Reflect.set(process, 'stdout', stdout)
  if (stderr !== undefined) Reflect.set(process, 'stderr', stderr)
}

const open = (fd: number): Writable | undefined =>
  isatty(fd) ? undefined : new Writable({ write: (chunk: Buffer, _, done) => writeAll(fd, chunk, done) })

const isSamePlace = (): boolean => {
  try {
    const [out, err] = [fstatSync(1), fstatSync(2)]
    return out.dev === err.dev && out.ino === err.ino
  } catch {
    return false
  }
}

/** In a thread, which waits where the reader is slow. Somebody else may have made the pipe non-blocking before. */
const writeAll = (fd: number, chunk: Buffer, done: (error?: Error | null) => void): void =>
  write(fd, chunk, (error, count) => {
    if (error?.code === 'EAGAIN') setTimeout(() => writeAll(fd, chunk, done), 5)
    else if (error === null && count < chunk.length) writeAll(fd, chunk.subarray(count), done)
    else done(error)
  })
