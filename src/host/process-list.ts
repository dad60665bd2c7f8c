/** Programs that root runs in our namespaces: what a user calls by the same name is none, and what runs in a container neither. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'

export type ProcessEntry = { readonly pid: number; readonly line: readonly string[] }

/** Processes may end while we look. */
export const readRootProcesses = (): readonly ProcessEntry[] =>
  readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    if (!/^[0-9]+$/.test(name) || pid === process.pid) return []
    try {
      const isOurs = statSync(`/proc/${pid}`).uid === 0 && ['pid', 'net'].every((kind) => isSame(pid, kind))
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
      return isOurs && line.length > 0 ? [{ pid, line }] : []
    } catch {
      return []
    }
  })

/** The gate's unit gives it a mount namespace of its own, and no other. */
const isSame = (pid: number, kind: string): boolean =>
  readlinkSync(`/proc/${pid}/ns/${kind}`) === readlinkSync(`/proc/self/ns/${kind}`)
