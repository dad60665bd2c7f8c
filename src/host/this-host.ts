/** Whether an engine is on this very machine: then paths and process numbers mean the same to it. */
import { hostname, networkInterfaces } from 'node:os'

/** `address` as docker writes it: unix:///PATH or tcp://HOST:PORT. A name that only DNS knows is another host's. */
export const isThisHost = (address: string): boolean => {
  const [, name] = /^tcp:\/\/(\[[^\]]*\]|[^:/]*)/.exec(address) ?? []
  if (name === undefined) return true
  const host = name.replace(/^\[|\]$/g, '').toLowerCase()
  if (host === '' || host === 'localhost' || host === '::1' || host.startsWith('127.')) return true
  const own = hostname().toLowerCase()
  if (host === own || host.startsWith(`${own}.`) || own.startsWith(`${host}.`)) return true
  return Object.values(networkInterfaces()).some((each) => each?.some((one) => one.address === host) === true)
}
