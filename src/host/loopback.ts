/** Names of this very machine: an engine speaks plain HTTP to them (moby registry/config.go), and any user may listen there. */
import { lookup } from 'node:dns/promises'
import { isIPv4 } from 'node:net'

/** `host` is HOST[:PORT]. As the engine will, by way of NSS; a name that leads nowhere is none. */
export async function isLoopback(host: string): Promise<boolean> {
  const name = host.replace(/:[0-9]+$/, '')
  const found = await lookup(name, { all: true }).catch(() => [])
  return found.some(({ address }) =>
    isIPv4(address) ? address.startsWith('127.') : /^(?:::1|::ffff:127\..*)$/.test(address),
  )
}
