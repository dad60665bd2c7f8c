/** From which uid on accounts are people's, as useradd(8) of this host has it (login.defs(5)). */
import { readFileSync } from 'node:fs'

export function readFirstUser(file = '/etc/login.defs'): number {
  try {
    return parseFirstUser(readFileSync(file, 'utf8'))
  } catch {
    return usual
  }
}

const usual = 1000

/** The last word counts, as for useradd; what is no uid of a person's is passed over. */
export function parseFirstUser(text: string): number {
  const found = [...text.matchAll(/^[ \t]*UID_MIN[ \t]+([0-9]{1,9})[ \t]*$/gm)].map(([, uid]) => Number(uid)).at(-1)
  return found === undefined || found === 0 ? usual : found
}
