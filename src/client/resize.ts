import type { Terminal } from '../host/terminal.ts'
import type { Api } from './api.ts'

/** Tells the engine the terminal's size, now and at every change. Right after an exec's start it may not take it yet. */
export const followSize = (api: Api, path: string, terminal: Terminal): (() => void) => {
  const tell = async (): Promise<boolean> => {
    const size = terminal.size()
    if (size === undefined) return true
    const query = { h: String(size.rows), w: String(size.columns) }
    const { status } = await api.reply('POST', `${path}/resize`, { query })
    return status < 400
  }
  const tries = [10, 20, 40, 80, 160, 320]
  const attempt = async (): Promise<void> => {
    const isTold = await tell().catch(() => true)
    const delay = isTold ? undefined : tries.shift()
    if (delay !== undefined) setTimeout(() => void attempt(), delay).unref()
  }
  void attempt()
  return terminal.onResize(() => void tell().catch(() => true))
}
