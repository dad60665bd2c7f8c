/** What a program inside a lab holds of the machine's memory. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Namespace } from '../support/namespace.ts'

/** The process that has a word on its command line: a pid inside. */
export function findProcess(lab: Namespace, word: string): string {
  const pid = readdirSync(lab.path('/proc')).find(
    (name) => /^[0-9]+$/.test(name) && readProc(lab, `${name}/cmdline`).split('\0').includes(word),
  )
  if (pid === undefined) throw new Error(`no process in the lab has ${word} on its command line`)
  return pid
}

/** In kB; pages that it shares with others count in full. */
export function readResident(lab: Namespace, pid: string): number {
  const resident = /^VmRSS:\s*([0-9]+) kB$/m.exec(readProc(lab, `${pid}/status`))?.[1]
  if (resident === undefined) throw new Error(`process ${pid} of the lab is gone`)
  return Number(resident)
}

export const findChildren = (lab: Namespace, pid: string): readonly string[] =>
  readProc(lab, `${pid}/task/${pid}/children`).split(' ').filter(Boolean)

/** Empty where the process has just ended. */
function readProc(lab: Namespace, file: string): string {
  try {
    return readFileSync(lab.path(`/proc/${file}`), 'utf8')
  } catch {
    return ''
  }
}
