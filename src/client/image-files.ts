import { readFile } from 'node:fs/promises'
import { fallbackShell } from '../contract/overlay.ts'
import { writeFiles } from '../host/files.ts'
import type { Api } from './api.ts'
import { refusal } from './api.ts'
import type { CreateBody } from './create-body.ts'
import { checkOwnFolder, makeFolders } from './folders.ts'
import { at, parseJson, textAt } from './reply.ts'
import { readOnlyFile } from './tar.ts'

/** What an image has at /etc/passwd and /etc/group, and which shells. Read once per image and kept, since an id never changes. */
export type ImageFiles = {
  readonly passwd: string | undefined
  readonly group: string | undefined
  readonly shells: Readonly<Record<string, boolean>>
}

export const readCachedFiles = async (cache: string, image: string, shell: string): Promise<ImageFiles | undefined> => {
  const text = await checkOwnFolder(cache)
    .then(async () => await readFile(cachePath(cache, image), 'utf8'))
    .catch(() => '')
  const kept = parseJson(text)
  const shells = { [fallbackShell]: at(kept, 'shells', fallbackShell), [shell]: at(kept, 'shells', shell) }
  const known = Object.entries(shells).filter((entry): entry is [string, boolean] => typeof entry[1] === 'boolean')
  if (known.length < Object.keys(shells).length) return undefined
  return { passwd: textAt(kept, 'passwd'), group: textAt(kept, 'group'), shells: Object.fromEntries(known) }
}

/** The file is seen whole or not at all, so any number of runs may write it at once. */
export const keepFiles = async (cache: string, image: string, files: ImageFiles): Promise<void> => {
  await makeFolders(cache, 0o700)
  await checkOwnFolder(cache)
  await makeFolders(`${cache}/images`, 0o700)
  const data = JSON.stringify(files)
  await writeFiles([{ path: cachePath(cache, image), data, mode: 0o600 }], { replace: true })
}

const cachePath = (cache: string, image: string) => `${cache}/images/${image.replace(/[^0-9A-Za-z]/g, '-')}.json`

/**
 * Reads them from a container of the image that has no mounts and never runs: gate 1 allows exactly these reads, once, and
 * nobody can have prepared it (M06). It is removed whatever happens.
 */
export const probeImage = async (
  api: Api,
  body: CreateBody,
  shell: string,
  query: Readonly<Record<string, string>> = {},
): Promise<ImageFiles> => {
  const id = textAt(await api.ask('POST', '/containers/create', { query, json: body }), 'Id') ?? ''
  const archive = `/containers/${id}/archive`
  try {
    const [passwd, group, hasFallback, hasShell] = await Promise.all([
      readFileOf(api, archive, '/etc/passwd'),
      readFileOf(api, archive, '/etc/group'),
      exists(api, archive, fallbackShell),
      shell === fallbackShell || !isPlainPath(shell) ? undefined : exists(api, archive, shell),
    ])
    return { passwd, group, shells: { [shell]: hasShell ?? false, [fallbackShell]: hasFallback } }
  } finally {
    await api.ask('DELETE', `/containers/${id}`, { query: { force: '1' } })
  }
}

const isPlainPath = (path: string) => /^\/[A-Za-z0-9._/+-]+$/.test(path)

const fileLimit = 1024 * 1024

const readFileOf = async (api: Api, archive: string, path: string): Promise<string | undefined> => {
  const reply = await api.reply('GET', archive, { query: { path }, limit: fileLimit + 64 * 1024 })
  if (reply.status === 404) return undefined
  if (reply.status >= 400) throw refusal(reply)
  const file = readOnlyFile(reply.body)
  return file === undefined || file.length > fileLimit ? undefined : file.toString('utf8')
}

const exists = async (api: Api, archive: string, path: string): Promise<boolean> => {
  const reply = await api.reply('HEAD', archive, { query: { path } })
  if (reply.status !== 404 && reply.status >= 400) throw refusal(reply)
  return reply.status < 400
}
