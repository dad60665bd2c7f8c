/** The record of the certificates a CA has issued, read back. */
import { readFile } from 'node:fs/promises'
import { parseSerial } from '../contract/revocation.ts'
import { Failure } from '../failure.ts'
import { hasCode } from '../host/files.ts'
import { cutOff, type Issue, type Pki } from './pki.ts'

/**
 * Oldest first. A record that is not there is empty; what cannot be read in one is never passed over, unless its writer was
 * killed in the middle of it.
 */
export async function readIssues({ issued }: Pki): Promise<readonly Issue[]> {
  const lines = (await readRecord(issued)).split('\n')
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return []
    const isCut = line.endsWith(cutOff)
    const issue = parseIssue(isCut ? line.slice(0, -cutOff.length) : line)
    if (issue !== undefined) return [issue]
    if (isCut || index === lines.length - 1) return []
    throw new Failure('certificate', `${issued}: line ${index + 1} is no record of a certificate`, {
      hint: 'mend it; meanwhile revoke by serial: dockerrunctl cert revoke --unknown SERIAL',
    })
  })
}

/** Empty where there is none. */
export async function readRecord(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return ''
    if (hasCode(error, 'EACCES'))
      throw new Failure('certificate', `${file}: permission denied`, { hint: 'run it as root' })
    throw error
  }
}

export function parseIssue(line: string): Issue | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isIssue(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Written by recordIssue alone: what is asked here is what is used of it. */
function isIssue(value: unknown): value is Issue {
  if (typeof value !== 'object' || value === null) return false
  const { serial, notAfter, kind, login, names }: Readonly<Record<string, unknown>> = { ...value }
  const isWhole = typeof serial === 'string' && parseSerial(serial) !== undefined && typeof notAfter === 'string'
  if (!isWhole || Number.isNaN(Date.parse(notAfter))) return false
  return kind === 'client' ? typeof login === 'string' : kind === 'server' && isTexts(names)
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((each: unknown) => typeof each === 'string')
