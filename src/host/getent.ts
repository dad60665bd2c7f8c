import { execFile } from 'node:child_process'
import { Failure } from '../failure.ts'

/**
 * Asks NSS (files, LDAP, sssd, extrausers). Keys NSS does not know are left out; without getent nothing is known. A directory
 * service that is down can keep getent waiting for ever.
 */
export const getent = (
  database: 'passwd' | 'group',
  keys: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    if (keys.length === 0) return resolve([])
    const options = { maxBuffer: 64 * 1024 * 1024, signal, killSignal: 'SIGKILL' } as const
    const child = execFile('getent', [database, ...keys], options, (_, stdout) => {
      clearTimeout(timer)
      resolve(stdout.split('\n').filter((line) => line !== ''))
    })
    const timer = setTimeout(() => {
      reject(new Failure('account', `getent ${database} gives no answer within ${seconds} seconds`, { hint }))
      child.kill('SIGKILL')
    }, seconds * 1000)
    return undefined
  })

const seconds = 15
const hint = 'try again; if it goes on, tell the administrator that the directory of accounts is slow'
