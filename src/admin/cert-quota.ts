/** How many certificates an account may get itself: each is a line that root keeps, and a signature. */
import { open } from 'node:fs/promises'
import { Failure } from '../failure.ts'
import { hasCode } from '../host/files.ts'
import { parseIssue } from './issued.ts'
import type { Pki } from './pki.ts'

const mostADay = 20
const day = 86_400_000
/** Of the end of the record: some 4,000 lines, and one user writes no more than 20 of them. */
const looked = 1024 * 1024

/** Throws a Failure for who has had them. */
export async function demandQuota({ issued }: Pki, uid: number, now: Date): Promise<void> {
  const recent = (await readEnd(issued)).split('\n').filter((line) => {
    const issue = parseIssue(line)
    const isOwn = issue?.kind === 'client' && issue.uid === uid && issue.by === uid
    return isOwn && now.getTime() - Date.parse(issue.time) < day
  })
  if (recent.length >= mostADay)
    throw new Failure('certificate', `you have had ${recent.length} certificates within a day`, {
      hint: 'use the last one, or ask the administrator',
    })
}

async function readEnd(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    const length = Math.min(size, looked)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.toString('utf8', 0, bytesRead)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return ''
    throw error
  }
}
