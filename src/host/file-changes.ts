/** Tells when a file has become another one: written in place, replaced by rename, made or removed; and not before it is whole. */
import { statSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'

/** Nothing may have happened to the file for so many milliseconds: it could be in the middle of being written. */
const settled = 250
/** An empty or absent one could be about to be filled. */
const emptySettled = 2_000
/** Where no event comes (a link to elsewhere, a folder that is not there yet, no watches left): one stat(2) in so many. */
const lookEvery = 5_000

/** `tell` is called once per change that has come to rest. Keeps no process alive. */
export function onFileChange(file: string, tell: () => void): () => void {
  let told = readState(file).signature
  let timer: NodeJS.Timeout | undefined
  const look = () => {
    clearTimeout(timer)
    const seen = readState(file)
    const rested = () => {
      if (readState(file).signature !== seen.signature) return look()
      if (seen.signature === told) return
      told = seen.signature
      folder.renew()
      tell()
    }
    timer = setTimeout(rested, seen.isEmpty ? emptySettled : settled)
    timer.unref()
  }
  const folder = watchFolder(file, look)
  // fs.watchFile would take for granted what happened before its own first look.
  const sweep = setInterval(() => {
    if (readState(file).signature !== told) look()
  }, lookEvery)
  sweep.unref()
  return () => {
    clearTimeout(timer)
    clearInterval(sweep)
    folder.close()
  }
}

/** What stat(2) says of the file that the name leads to. */
function readState(file: string): { readonly signature: string; readonly isEmpty: boolean } {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true })
    return { signature: [dev, ino, size, mtimeNs, ctimeNs].join(), isEmpty: size === 0n }
  } catch (error) {
    return { signature: error instanceof Error ? error.message : '', isEmpty: true }
  }
}

/** The folder is watched, not the file: a watch would stay with the file that an editor has put aside. */
function watchFolder(file: string, look: () => void): { readonly renew: () => void; readonly close: () => void } {
  const open = (): FSWatcher | undefined => {
    try {
      return watch(dirname(file), { persistent: false }, (_, name) => {
        if (name === null || name === basename(file)) look()
      }).on('error', () => {})
    } catch {
      // The looks in between have to do.
      return undefined
    }
  }
  let watcher = open()
  const close = () => watcher?.close()
  return {
    /** The folder itself may be another one. */
    renew: () => {
      close()
      watcher = open()
    },
    close,
  }
}
