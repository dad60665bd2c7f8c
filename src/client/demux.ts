/**
 * Splits an attach stream without a terminal: 8-byte headers (stream, 0, 0, 0, length), then so many bytes. Stream 3 holds
 * what the engine itself has to say (moby pkg/stdcopy, Systemerr). Pure but for its state.
 */

export type Frame = { readonly stream: 'stdout' | 'stderr'; readonly data: Buffer }

/** Gives what each chunk holds at once, however frames are cut: nothing is gathered, so memory does not grow. */
export const demultiplex = (): ((chunk: Buffer) => Frame[]) => {
  const header = Buffer.alloc(8)
  let filled = 0
  let left = 0
  return (chunk) => {
    const frames: Frame[] = []
    for (let at = 0; at < chunk.length;) {
      if (left === 0) {
        const copied = chunk.copy(header, filled, at, at + 8 - filled)
        filled += copied
        at += copied
        if (filled < 8) break
        filled = 0
        left = header.readUInt32BE(4)
        continue
      }
      const data = chunk.subarray(at, at + left)
      at += data.length
      left -= data.length
      frames.push({ stream: header[0] === 2 || header[0] === 3 ? 'stderr' : 'stdout', data })
    }
    return frames
  }
}
