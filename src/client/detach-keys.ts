import { Failure } from '../failure.ts'

/** The keys by which a user leaves a terminal, and what ran there runs on. As docker's, they stay here: an exec that the engine sees them in is ended. Pure. */

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

export type DetachWatch = {
  /** What of it goes on: a beginning of the keys waits for what is typed next, and what follows them is dropped. */
  readonly pass: (typed: Buffer) => Buffer
  /** What still waits when nothing is typed any more. */
  readonly rest: () => Buffer
  readonly seen: () => boolean
}

export const watchDetachKeys = (keys: readonly number[]): DetachWatch => {
  const held: number[] = []
  let isSeen = false
  const isBeginning = () => held.every((byte, index) => byte === keys[index])
  return {
    pass: (typed) => {
      const passed: number[] = []
      for (const byte of typed) {
        if (isSeen) break
        held.push(byte)
        while (!isBeginning()) passed.push(...held.splice(0, 1))
        isSeen = held.length === keys.length
      }
      return Buffer.from(passed)
    },
    rest: () => Buffer.from(isSeen ? [] : held.splice(0)),
    seen: () => isSeen,
  }
}
