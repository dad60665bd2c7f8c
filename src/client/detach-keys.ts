import { Failure } from '../failure.ts'

/** The keys by which a user leaves a terminal, and the container runs on; the engine sees them too and ends the stream. Pure. */

const controls: Readonly<Record<string, number>> = { '@': 0, '[': 27, '\\': 28, ']': 29, '^': 30, _: 31 }
/** docker's own: ctrl-p,ctrl-q. */
export const usualKeys = [0x10, 0x11] as const

/** `ctrl-a,d` -> the bytes that are typed. Throws a Failure for what docker refuses. */
export const readDetachKeys = (keys: string | undefined): readonly number[] =>
  keys === undefined ? usualKeys : keys.split(',').map(readKey)

const readKey = (key: string): number => {
  const [, letter] = /^ctrl-([a-z@[\\\]^_])$/i.exec(key) ?? []
  if (letter !== undefined) return controls[letter] ?? letter.toLowerCase().charCodeAt(0) - 96
  if (/^[\x20-\x7e]$/.test(key)) return key.charCodeAt(0)
  throw new Failure('usage', `--detach-keys: unknown character: '${key}'`, {
    hint: 'say letters, or ctrl- with one of a-z, @, [, \\, ], ^ and _, with commas between them',
  })
}

export const watchDetachKeys = (
  keys: readonly number[],
): { readonly see: (typed: Buffer) => void; readonly seen: () => boolean } => {
  let last: readonly number[] = []
  let isSeen = false
  return {
    see: (typed) => {
      for (const byte of typed) {
        last = [...last, byte].slice(-keys.length)
        if (keys.every((key, index) => last[index] === key)) isSeen = true
      }
    },
    seen: () => isSeen,
  }
}
