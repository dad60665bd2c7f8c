import { readFileSync } from 'node:fs'

/** The lines of /proc/PID/status, or none where it cannot be read (another host, hidepid, already gone). */
export const readProcessStatus = (pid: number): ReadonlyMap<string, string> => {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8')
    return new Map(
      text.split('\n').map((line) => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon), line.slice(colon + 1).trim()] as const
      }),
    )
  } catch {
    return new Map()
  }
}

/** The line of /proc/PID/stat; empty where it cannot be read. */
export const readProcessStat = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return ''
  }
}
