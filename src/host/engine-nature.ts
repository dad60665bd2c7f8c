/**
 * How an engine runs is asked once, for as long as it runs so: /info costs it some 10 ms, three times for each container, since
 * it starts runc to ask its version (moby daemon/info_unix.go). It says itself when its settings are read anew, by the event
 * `daemon reload` (moby daemon/reload.go), and when it ends, by the end of its events.
 */
import type { Readable } from 'node:stream'

export type NaturePorts<Nature> = {
  readonly ask: () => Promise<Nature>
  /** Settles when events are listened to. */
  readonly listen: () => Promise<Readable>
}

/** Where events are not to be had, it is asked each time. */
export function rememberNature<Nature>({ ask, listen }: NaturePorts<Nature>): () => Promise<Nature> {
  let held: Promise<Nature> | undefined
  let listening: Promise<boolean> | undefined
  const forget = () => {
    held = undefined
  }
  const begin = async (): Promise<boolean> => {
    try {
      const events = await listen()
      const end = () => {
        forget()
        listening = undefined
      }
      events.on('data', forget).on('end', end).on('error', end).on('close', end)
      return true
    } catch {
      listening = undefined
      return false
    }
  }
  return async () => {
    listening ??= begin()
    if (!(await listening)) return await ask()
    const mine = (held ??= ask())
    try {
      return await mine
    } catch (error) {
      if (held === mine) forget()
      throw error
    }
  }
}
