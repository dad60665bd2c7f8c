/** Ends a server gently: nobody new is let in, and what has been asked is answered. */
import type { Server } from 'node:http'
import { Server as Listener } from 'node:net'

/** For those who have just connected: their request is on its way, and a connection that closes now would lose it (T16). */
const grace = 100
/** The service manager waits longer (src/admin/units.ts). */
const longest = 5_000

/** Settles when all connections are closed: idle ones after a moment, others with their answer, all after five seconds. */
export async function stopServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    // close() of an HTTP server would close idle connections at once.
    Listener.prototype.close.call(server, () => resolve())
  })
  // Right after the event loop has read what there was, so that no request lies unread in what is closed.
  const sweep = setInterval(() => setImmediate(() => server.closeIdleConnections()), grace)
  const end = setTimeout(() => server.closeAllConnections(), longest)
  await closed
  clearInterval(sweep)
  clearTimeout(end)
}
