/** The record of the certificates a CA has issued, read back. */
import { readFile } from 'node:fs/promises'
import { parseSerial } from '../contract/revocation.ts'
import { Failure } from '../failure.ts'
import { hasCode } from '../host/files.ts'
import type { Issue, Pki } from './pki.ts'

/** Oldest first. A record that is not there is empty; what cannot be read in one is never passed over. */
export async function readIssues({ issued }: Pki): Promise<readonly Issue[]> {
  const text = await readRecord(issued)
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const issue = parseIssue(line)
    if (issue !== undefined) return [issue]
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

function parseIssue(line: string): Issue | undefined {
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
