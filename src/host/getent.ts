import { execFile } from 'node:child_process'

/** Asks NSS (files, LDAP, sssd, extrausers). Keys NSS does not know are left out; without getent nothing is known. */
export const getent = (database: 'passwd' | 'group', keys: readonly string[]): Promise<readonly string[]> =>
  new Promise((resolve) => {
    if (keys.length === 0) return resolve([])
    execFile('getent', [database, ...keys], { maxBuffer: 64 * 1024 * 1024 }, (_, stdout) =>
      resolve(stdout.split('\n').filter((line) => line !== '')),
    )
    return undefined
  })
