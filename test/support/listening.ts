/** A server on a socket of its own until the test is over. */
import type { Server } from 'node:http'
import { join } from 'node:path'
import { makeFolder } from './folder.ts'

export const listen = async (server: Server): Promise<Disposable & { readonly socket: string }> => {
  const folder = makeFolder()
  const socket = join(folder.path, 'gate.sock')
  await new Promise<void>((resolve) => void server.listen(socket, resolve))
  return {
    socket,
    [Symbol.dispose]: () => {
      server.close()
      folder[Symbol.dispose]()
    },
  }
}
