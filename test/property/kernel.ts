/** What the kernel tells of the processes of a container, read in the lab's own /proc from outside. */
import { existsSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import type { Process, Sight, Spaces, Started } from './observation.ts'

export type ReadPath = (inside: string) => string

/** Undefined where the process is gone by now. */
const ifThere = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EINVAL', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

export const readSpaces = (path: ReadPath, pid: number): Spaces => {
  const folder = path(`/proc/${pid}/ns`)
  return Object.fromEntries(
    readdirSync(folder)
      .filter((name) => !name.endsWith('_for_children'))
      .map((name) => [name, readlinkSync(`${folder}/${name}`)]),
  )
}

export function readProcess(path: ReadPath, pid: number): Process | undefined {
  return ifThere(() => {
    const status = new Map(
      readFileSync(path(`/proc/${pid}/status`), 'utf8')
        .split('\n')
        .map((line) => line.split(':\t') as [string, string]),
    )
    const numbers = (key: string) => (status.get(key) ?? '').trim().split(/\s+/).filter(Boolean).map(Number)
    const sets = [...status.keys()].filter((key) => key.startsWith('Cap'))
    return {
      uids: numbers('Uid'),
      gids: numbers('Gid'),
      groups: numbers('Groups'),
      capabilities: Object.fromEntries(sets.map((key) => [key, BigInt(`0x${status.get(key)}`)])),
      noNewPrivileges: numbers('NoNewPrivs')[0] ?? 0,
      seccomp: numbers('Seccomp')[0] ?? 0,
      userSpace: readlinkSync(path(`/proc/${pid}/ns/user`)),
    }
  })
}

/** Until its last execve it is runc's own program, which still has what the new one will not have. */
export const isSettled = (path: ReadPath, pid: number): boolean =>
  !(ifThere(() => readFileSync(path(`/proc/${pid}/comm`), 'utf8')) ?? '').startsWith('runc')

const readChildren = (path: ReadPath, pid: number): readonly number[] =>
  (ifThere(() => readFileSync(path(`/proc/${pid}/task/${pid}/children`), 'utf8')) ?? '')
    .split(' ')
    .filter(Boolean)
    .map(Number)

/** Line by line: id parent major:minor root target options [peers] - type source options. What another lies on is not seen. */
function parseMounts(text: string): Started['mounts'] {
  const all = text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [before = ''] = line.split(' - ')
      const [id = '', parent = '', , , target = '', options = '', ...peers] = before.split(' ')
      const flags = options.split(',')
      const isPlain = flags.includes('nosuid') && flags.includes('nodev')
      return { id, parent, target, isReadOnly: flags.includes('ro'), isPlain, peers: peers.join(' ') }
    })
  return all.filter(({ id, target }) => !all.some((other) => other.parent === id && other.target === target))
}

const isRank = (name: string) =>
  /^Max (?:realtime priority|nice priority|locked memory|msgqueue size|pending signals)/.test(name)

const parseLimits = (text: string): Started['limits'] =>
  Object.fromEntries(
    text
      .split('\n')
      .filter(isRank)
      .map((line) => [line.slice(0, 26).trim(), line.slice(26).trim()]),
  )

const lookInside = (path: ReadPath, pid: number, target: string): Sight & { readonly uid?: number } =>
  ifThere(() => {
    const { dev, ino, uid } = statSync(path(`/proc/${pid}/root${target}`))
    return { dev, ino, uid }
  }) ?? {}

/** Undefined where it has ended before all was read. */
export function readStarted(
  path: ReadPath,
  pid: number,
  {
    labId,
    id,
    targets,
    placed,
    sights,
  }: {
    labId: string
    id: string
    targets: readonly string[]
    /** Where a target is, links followed: they would lead out of here. */
    placed: (target: string) => string
    sights: Started['sights']
  },
): Started | undefined {
  const processes = [pid, ...readChildren(path, pid)].flatMap((each) => readProcess(path, each) ?? [])
  const insides = new Map(targets.map((target) => [target, lookInside(path, pid, placed(target))]))
  const devices = path(`/sys/fs/cgroup/devices/${labId}/${id}/devices.list`)
  return ifThere(() => {
    const read = (name: string) => readFileSync(path(`/proc/${pid}/${name}`), 'utf8')
    const seen = {
      processes,
      spaces: readSpaces(path, pid),
      mounts: parseMounts(read('mountinfo')),
      cgroups: read('cgroup')
        .trimEnd()
        .split('\n')
        .map((line) => line.split(':').slice(2).join(':')),
      devices: existsSync(devices) ? readFileSync(devices, 'utf8').trimEnd().replaceAll('\n', ', ') : '',
      oomScoreAdj: Number(read('oom_score_adj')),
      limits: parseLimits(read('limits')),
      sights,
      insides,
    }
    // A process that is ending has no mounts any more.
    return processes.length > 0 && readProcess(path, pid) !== undefined && seen.mounts.length > 1 ? seen : undefined
  })
}
