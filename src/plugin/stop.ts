/** Ends a server gently: what has been asked is answered, and what has not been read waits for the next gate. */
import type { Server } from 'node:http'
import { Server as Listener } from 'node:net'

/**
 * How long to wait for a moment in which nothing is asked. Till then the gate still listens: an answer may need one of the
 * engine's, which asks the gate about that question too.
 */
const patience = 3_000
/** Then: for those who have just connected. Their request is on its way, and a connection that closes now would lose it (T16). */
const grace = 200
/** Then: for what is still asked. The service manager waits longer than all this (src/admin/units.ts). */
const longest = 2_000

/** Counts what `server` is asked from now on. What it returns ends the server, within five seconds. */
export function openStop(server: Server): () => Promise<void> {
  let asked = 0
  let notice = () => {}
  server.on('request', (_, response) => {
    asked += 1
    response.once('close', () => {
      asked -= 1
      notice()
    })
  })
  const isQuiet = async () =>
    await new Promise<void>((resolve) => {
      const end = setTimeout(resolve, patience)
      // When the event loop has read what there is.
      notice = () =>
        void setImmediate(() => {
          if (asked > 0) return
          clearTimeout(end)
          resolve()
        })
      notice()
    })
  return async () => {
    await isQuiet()
    await closeServer(server)
  }
}

/** Settles when all connections are closed: idle ones after a moment, others with their answer. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    // close() of an HTTP server would close idle connections at once.
    Listener.prototype.close.call(server, () => resolve())
  })
  // The engine then takes another connection for its next question, and none is closed under one.
  server.prependListener('request', (_, response) => response.setHeader('Connection', 'close'))
  // Right after the event loop has read what there was, so that no request lies unread in what is closed.
  const sweep = setInterval(() => setImmediate(() => server.closeIdleConnections()), grace)
  const end = setTimeout(() => server.closeAllConnections(), longest)
  await closed
  clearInterval(sweep)
  clearTimeout(end)
}
