/**
 * sudo runs its child under the caller's limits (setrlimit(2)): with one on the size of files a user could have root's record
 * end in the middle of a line, again and again, beside what others write.
 */
import { readFileSync } from 'node:fs'
import { Failure } from '../failure.ts'

/** Throws a Failure where this process may not write files of any size. */
export function demandNoFileLimit(limits = readFileSync('/proc/self/limits', 'utf8')): void {
  if (/^Max file size +unlimited /m.test(limits)) return
  throw new Failure('certificate', 'your session has a limit on the size of files (ulimit -f)', {
    hint: 'try it from a session without',
  })
}
