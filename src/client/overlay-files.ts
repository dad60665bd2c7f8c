import { createHash } from 'node:crypto'
import { readFile, realpath } from 'node:fs/promises'
import type { Account } from '../contract/identity.ts'
import { mergeOverlay } from '../contract/overlay.ts'
import { writeFiles } from '../host/files.ts'
import type { Bind } from './create-body.ts'
import { checkOwnFolder, makeFolders } from './folders.ts'
import type { ImageFiles } from './image-files.ts'

/**
 * The merged passwd and group as files to bind. Their folder is named by what they hold: runs share it, a detached container
 * keeps it, and nothing temporary is ever left.
 */
export const writeOverlay = async (cache: string, account: Account, image: ImageFiles): Promise<readonly Bind[]> => {
  const overlay = mergeOverlay(account, image.passwd, image.group, image.shells[account.shell] === true)
  const name = createHash('sha256').update(JSON.stringify(overlay)).digest('hex')
  const folder = `${cache}/overlay/${name}`
  const files = [
    { path: `${folder}/passwd`, data: overlay.passwd, mode: 0o644, target: '/etc/passwd' },
    { path: `${folder}/group`, data: overlay.group, mode: 0o644, target: '/etc/group' },
  ]
  await makeFolders(cache, 0o700)
  await checkOwnFolder(cache)
  const kept = await Promise.all(files.map(({ path }) => readFile(path, 'utf8').catch(() => undefined)))
  if (!files.every(({ data }, index) => data === kept[index])) {
    await makeFolders(folder, 0o700)
    await writeFiles(files, { replace: true })
  }
  // The home or the cache may be a link, and the gate wants to see none.
  return await Promise.all(
    files.map(async ({ path, target }) => ({ source: await realpath(path), target, readOnly: true })),
  )
}
