/** Ctrl-P Ctrl-Q, which the engine takes as the wish to detach: it then ends the stream, and the container runs on. */
export const watchDetachKeys = (): { readonly see: (typed: Buffer) => void; readonly seen: () => boolean } => {
  let last = 0
  let isSeen = false
  return {
    see: (typed) => {
      for (const byte of typed) {
        if (last === ctrlP && byte === ctrlQ) isSeen = true
        last = byte
      }
    },
    seen: () => isSeen,
  }
}

const ctrlP = 0x10
const ctrlQ = 0x11
