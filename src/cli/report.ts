import process from 'node:process'
import type { Writable } from 'node:stream'
import { Failure } from '../failure.ts'

/** The one place where failures are printed: `dockerrun: what`, and at most one `dockerrun: hint: what to do now`. */

export type Sink = (text: string) => void

/** Runs a program to its exit status. What is no Failure is a bug, and shows its stack. */
export const report = async (program: string, write: Sink, main: () => Promise<number>): Promise<number> => {
  try {
    return await main()
  } catch (error) {
    write(describe(program, error))
    return error instanceof Failure ? error.status : 125
  }
}

export const describe = (program: string, error: unknown): string => {
  if (!(error instanceof Failure))
    return `${program}: bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`
  return `${program}: ${printable(error.message)}\n${program}: hint: ${printable(error.hint)}\n`
}

/** Exits when all that was printed has left: exit() drops what a slow reader has not taken from us yet. */
export const leave = async (status: number): Promise<never> => {
  await Promise.all([process.stdout, process.stderr].map(drain))
  return process.exit(status)
}

/** A reader that has gone wants no more. */
const drain = (stream: Writable): Promise<void> =>
  new Promise((resolve) => {
    stream.on('error', () => resolve())
    stream.write('', () => resolve())
  })

/** Control characters as they would be typed in a program: an image name or an engine's answer must not drive the terminal. */
export const printable = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character]
    return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })

/** A line on stdout. */
export const print = (line: string): boolean => process.stdout.write(`${printable(line)}\n`)
