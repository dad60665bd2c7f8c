/** Bytes of the audit log, as they come, into its lines. */

/** Undefined stands for one that is longer than any of ours, and was not kept. */
export type RawLine = string | undefined

export type Splitter = {
  /** The lines that end in this chunk, which is not kept. Empty ones are none: they follow what a full disk cut off. */
  readonly push: (chunk: Buffer) => readonly RawLine[]
  /** Is there a line that has not ended? */
  readonly isInside: () => boolean
}

const longestLine = 4 * 1024 * 1024

export function openSplitter(longest = longestLine): Splitter {
  let rest = Buffer.alloc(0)
  let isTooLong = false
  return {
    push: (chunk) => {
      const end = chunk.lastIndexOf(newline) + 1
      if (end === 0) {
        keep(chunk)
        return []
      }
      const [first = '', ...others] = Buffer.concat([rest, chunk.subarray(0, end)])
        .toString()
        .split('\n')
      const lines = [isTooLong ? undefined : first, ...others].filter((line) => line !== '')
      rest = Buffer.alloc(0)
      isTooLong = false
      keep(chunk.subarray(end))
      return lines
    },
    isInside: () => isTooLong || rest.length > 0,
  }

  function keep(part: Buffer): void {
    isTooLong ||= rest.length + part.length > longest
    rest = isTooLong ? Buffer.alloc(0) : Buffer.concat([rest, part])
  }
}

const newline = 0x0a
