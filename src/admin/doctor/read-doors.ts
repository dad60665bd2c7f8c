/** The sockets by which an engine is reached, who may open them, and what TCP answers. */
import { existsSync, realpathSync } from 'node:fs'
import { parseAddress } from '../../host/address.ts'
import { speaksHttp2 } from '../../host/http2-answer.ts'
import { runProgram } from '../../host/processes.ts'
import { askTcp } from '../../host/tcp-answers.ts'
import { tcpHostsOf } from './engine-settings.ts'
import type { Door, EngineProcess, Fact, HostFacts } from './facts.ts'
import type { AccountEntry } from './read-people.ts'
import { attempt, placeOf } from './reading.ts'

export async function readDoor(path: string, accounts: readonly AccountEntry[]): Promise<Door | undefined> {
  const place = placeOf(path)
  if (place === undefined) return undefined
  const [listed, group] = await Promise.all([
    runProgram('ls', ['-ldL', '--', path]),
    readGroup(String(place.gid), accounts),
  ])
  if (listed.status !== 0) throw new Error(`ls -l ${path} does not answer`)
  return {
    ...place,
    // The sign that ls(1) puts behind the mode where there are entries beside it.
    hasAcl: /^\S{10}\+/.test(listed.stdout),
    group: group?.name ?? String(place.gid),
    members:
      group?.members ?? accounts.filter(({ uid, gid }) => gid === place.gid && uid !== 0).map(({ name }) => name),
  }
}

/** Each once, by whatever path, and without the one that is looked at by itself. */
export async function readDoorsBeside(
  socket: string,
  paths: readonly string[],
  accounts: readonly AccountEntry[],
): Promise<readonly Door[]> {
  const real = new Set(paths.filter((path) => existsSync(path)).map((path) => realpathSync(path)))
  if (existsSync(socket)) real.delete(realpathSync(socket))
  const doors = await Promise.all([...real].map(async (path) => await readDoor(path, accounts)))
  return doors.filter((door) => door !== undefined)
}

/** Those of its line and those whose own group it is; root is none. */
export async function readGroup(
  key: string,
  accounts: readonly AccountEntry[],
): Promise<{ readonly name: string; readonly members: readonly string[] } | undefined> {
  const { status, stdout } = await runProgram('getent', ['group', '--', key])
  if (status === 2) return undefined
  const [name = '', , gid = '', names = ''] = stdout.split('\n')[0]?.split(':') ?? []
  if (status !== 0 || !/^[0-9]+$/.test(gid)) throw new Error(`getent group ${key} gives no answer`)
  const own = accounts.filter((account) => account.gid === Number(gid)).map((account) => account.name)
  const members = new Set([...names.split(','), ...own].filter((each) => each !== '' && each !== 'root'))
  return { name, members: [...members] }
}

export const readSocketHttp2 = async (path: string): Promise<Fact<boolean>> =>
  await attempt(async () => await speaksHttp2(path))

/** All addresses of all engines that run; none that is only in a file. */
export async function readTcp(engines: readonly EngineProcess[]): Promise<HostFacts['tcp']> {
  const addresses = [...new Set(engines.flatMap(tcpHostsOf))]
  return await Promise.all(
    addresses.map(async (address) => ({
      address,
      answer: await attempt(async () => await askTcp(placeToAsk(address))),
    })),
  )
}

/** All addresses of this host are asked on one of them; docker's own port where none is given (opts/hosts.go). */
function placeToAsk(address: string): { readonly host: string; readonly port: number } {
  const found = parseAddress(address, 'hosts')
  if (found.kind !== 'tcp') throw new Error('no TCP address')
  const host = found.host === '0.0.0.0' ? '127.0.0.1' : found.host === '::' ? '::1' : found.host
  return { host, port: found.port ?? 2376 }
}
