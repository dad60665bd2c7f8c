/**
 * When the audit log's lines are put on disk (fdatasync(2)): some time after they were written and beside the work, so that
 * only a machine that loses its power loses them. After a failure each line is put there before its answer, until that works:
 * the kernel tells of lost pages once and forgets them, so only what is written later can show that the disk is well again.
 */
import { close, closeSync, fdatasync, fdatasyncSync, fsync, openSync } from 'node:fs'
import { promisify } from 'node:util'

export type Disk = {
  /** A line went to the descriptor. Throws when it had to be on disk at once and is not. */
  readonly note: (descriptor: number, every: number) => void
  /** Puts on disk what is not there yet, and closes. */
  readonly retire: (descriptor: number) => void
  /** Puts the names in a folder on disk. */
  readonly noteNames: (folder: string) => void
}

export function openDisk(report: (error: unknown) => void): Disk {
  let unsafe: number | undefined
  let timer: NodeJS.Timeout | undefined
  let hasFailed = false
  let last: Promise<void> = Promise.resolve()
  // One after the other: nothing is closed while it is being synced, and its number taken by another file.
  const queue = async (job: () => Promise<void>): Promise<void> => {
    last = last.then(job).catch((error: unknown) => {
      hasFailed = true
      report(error)
    })
    await last
  }
  const start = (every: number): void => {
    if (timer !== undefined) return
    const flush = async () => {
      const descriptor = unsafe
      unsafe = undefined
      if (descriptor !== undefined) await queue(async () => await syncData(descriptor))
      timer = undefined
      if (unsafe !== undefined) start(every)
    }
    timer = setTimeout(() => void flush(), every)
    timer.unref()
  }
  return {
    note: (descriptor, every) => {
      if (every > 0 && !hasFailed) {
        unsafe = descriptor
        start(every)
        return
      }
      hasFailed = true
      fdatasyncSync(descriptor)
      hasFailed = false
    },
    retire: (descriptor) => {
      const isUnsafe = unsafe === descriptor
      if (isUnsafe) unsafe = undefined
      void queue(async () => {
        try {
          if (isUnsafe) await syncData(descriptor)
        } finally {
          await closeLater(descriptor)
        }
      })
    },
    noteNames: (folder) =>
      void queue(async () => {
        const descriptor = openSync(folder, 'r')
        try {
          await syncAll(descriptor)
        } finally {
          closeSync(descriptor)
        }
      }),
  }
}

const syncData = promisify(fdatasync)
const syncAll = promisify(fsync)
const closeLater = promisify(close)
