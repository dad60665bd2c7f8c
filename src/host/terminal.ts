import { execFile, spawnSync } from 'node:child_process'
import process from 'node:process'
import { isatty, ReadStream } from 'node:tty'
import type { Readable, Writable } from 'node:stream'
import { Failure } from '../failure.ts'

/** Our three standard streams, and the terminal behind them where there is one. Opened when used: stdin is left alone else. */
export type Terminal = {
  readonly stdin: () => Readable
  readonly stdout: Writable
  readonly stderr: Writable
  readonly isInputTerminal: () => boolean
  readonly size: () => { readonly rows: number; readonly columns: number } | undefined
  readonly onResize: (listen: () => void) => () => void
  /** Raw mode, until the returned function is called or the process ends in whatever way it can notice. */
  readonly makeRaw: () => () => void
}

export const openTerminal = (): Terminal => ({
  stdin: () => process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  isInputTerminal: () => isatty(0),
  size: () => {
    const { rows, columns } = process.stdout
    return process.stdout.isTTY && rows > 0 && columns > 0 ? { rows, columns } : undefined
  },
  onResize: (listen) => {
    process.stdout.on('resize', listen)
    return () => process.stdout.off('resize', listen)
  },
  makeRaw: () => {
    const { stdin } = process
    if (!(stdin instanceof ReadStream)) return () => {}
    const restore = () => stdin.setRawMode(false)
    try {
      stdin.setRawMode(true)
      // libuv leaves ONLCR on (uv_tty_set_mode), so that what a full-screen program writes to go straight down goes to the margin.
      spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'], timeout: 2_000 })
    } catch (error) {
      throw new Failure('settings', `the terminal cannot be used: ${String(error)}`, { hint: 'is it still there?' })
    }
    process.once('exit', restore)
    return () => {
      process.off('exit', restore)
      restore()
    }
  },
})

/** The terminal behind stderr, where there is one. */
export const openErrorScreen = ():
  | { readonly write: (text: string) => void; readonly size: () => { readonly rows: number; readonly columns: number } }
  | undefined => {
  const { stderr } = process
  if (!stderr.isTTY) return undefined
  return {
    write: (text) => void stderr.write(text),
    size: () => ({ rows: stderr.rows || 24, columns: stderr.columns || 80 }),
  }
}

/** What `stty -a` says of the terminal at a path; empty where it says nothing. */
export const readTerminalSettings = async (path: string): Promise<string> =>
  await new Promise((resolve) => {
    execFile('stty', ['-F', path, '-a'], { timeout: 2_000 }, (_, stdout) => resolve(stdout))
  })
