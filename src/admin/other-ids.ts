/** When an engine may be given other ids, or a socket for everybody: what the site must know or do first. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { readGroupId } from '../host/accounts.ts'
import { hasCode } from '../host/files.ts'
import { openEngine } from '../host/http.ts'
import { parseFields } from '../host/json-fields.ts'
import { runProgram } from '../host/processes.ts'
import { type Daemon } from './daemon-json.ts'
import { readPolicy } from './policy-reading.ts'

/** The number of the group that may open the socket: dockerd looks for names in /etc/group alone, and a site's is in LDAP. */
export async function demandGroup(name: string): Promise<string> {
  const gid = await readGroupId(name)
  if (gid !== undefined) return `${gid}`
  throw new Failure('settings', `${name}: no such group`, { hint: `this must find it: getent group '${name}'` })
}

export type Anonymous = { readonly daemon: Daemon; readonly isRemapped: boolean; readonly policy: string }

/** Whoever comes by the socket must be nobody in particular, and root inside nobody outside. `policy`: the file, as it is on this host. */
export async function demandAnonymous({ daemon, isRemapped, policy }: Anonymous): Promise<void> {
  const flag = '--socket-group'
  if (!isRemapped && typeof daemon['userns-remap'] !== 'string')
    throw new Failure('usage', `${flag}: who comes by the socket has no name, and gets remapped containers alone`, {
      hint: 'add --userns-remap',
    })
  const version = /version ([0-9]+)\.([0-9]+)/.exec((await runProgram('dockerd', ['--version'])).stdout)
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)]
  if (major > 29 || (major === 29 && minor >= 2))
    throw new Failure('settings', `${flag}: from engine 29.2 on the socket speaks gRPC that passes no plugin`, {
      hint: 'give users certificates instead',
    })
  if (existsSync(policy) && readPolicy(policy).socket !== 'anonymous')
    throw new Failure('settings', `${flag}: by ${policy} the whole group would be administrators`, {
      hint: `put this line into it first: socket: anonymous`,
    })
}

/**
 * An engine with other ids has another folder for all it keeps: what is there now would be out of sight, and still fill the disk.
 * In: its root socket, and its data-root for when it does not run.
 */
export async function demandEmptyEngine(socket: string, dataRoot: string): Promise<void> {
  const counts = (await askCounts(socket)) ?? countFolders(dataRoot)
  const there = Object.entries(counts).filter(([, count]) => count > 0)
  if (there.length === 0) return
  const what = there.map(([kind, count]) => `${count} ${kind}`).join(', ')
  throw new Failure(
    'settings',
    `--userns-remap: the engine has ${what}, which would be out of its sight with other ids`,
    {
      hint: 'save or remove them first, or say --force: they are there again when userns-remap is taken back',
    },
  )
}

type Counts = Readonly<Record<'containers' | 'images' | 'volumes', number>>

/** Undefined where the engine does not answer. */
async function askCounts(path: string): Promise<Counts | undefined> {
  const engine = await openEngine({ kind: 'unix', path })
  try {
    const [info, volumes] = await Promise.all(
      ['/info', '/volumes'].map(async (place) => parseFields((await engine.ask('GET', place)).body.toString(), place)),
    )
    const list = volumes?.['Volumes']
    return {
      containers: Number(info?.['Containers']),
      images: Number(info?.['Images']),
      volumes: Array.isArray(list) ? list.length : 0,
    }
  } catch {
    return undefined
  } finally {
    engine.close()
  }
}

const countFolders = (dataRoot: string): Counts => {
  const below = (...path: readonly string[]) => namesIn(join(dataRoot, ...path))
  return {
    containers: below('containers').length,
    images: below('image').flatMap((driver) => below('image', driver, 'imagedb', 'content', 'sha256')).length,
    volumes: below('volumes').filter((name) => below('volumes', name).includes('_data')).length,
  }
}

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return []
    throw error
  }
}
