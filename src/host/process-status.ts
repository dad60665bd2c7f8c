import { readFileSync } from 'node:fs'

/** The lines of /proc/PID/status, or none where it cannot be read (another host, hidepid, already gone). */
export const readProcessStatus = (pid: number): ReadonlyMap<string, string> => {
  const lines = readText(`/proc/${pid}/status`).split('\n')
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const
    }),
  )
}

/** The line of /proc/PID/stat; empty where it cannot be read. */
export const readProcessStat = (pid: number): string => readText(`/proc/${pid}/stat`)

/** The lines of /proc/PID/cgroup; empty where it cannot be read. */
export const readCgroups = (pid: number): string => readText(`/proc/${pid}/cgroup`)

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
