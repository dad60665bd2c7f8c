/** Which groups the processes of each container have, as the kernel says: by their cgroup, which has the container's id in it. */
import { readdirSync } from 'node:fs'
import { readCgroups, readProcessStatus } from '../../host/process-status.ts'

/** The processes of an exec too. Those that end while we look have none. */
export function readContainerGroups(): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, Set<number>>()
  for (const pid of readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number)) {
    const [id] = /[0-9a-f]{64}/.exec(readCgroups(pid)) ?? []
    if (id === undefined) continue
    const gids = found.get(id) ?? new Set()
    for (const gid of gidsOf(pid)) gids.add(gid)
    found.set(id, gids)
  }
  return new Map([...found].map(([id, gids]) => [id, [...gids]]))
}

/** The effective one, and those beside it. */
const gidsOf = (pid: number): readonly number[] => {
  const status = readProcessStatus(pid)
  const words = [status.get('Gid')?.split('\t')[1] ?? '', ...(status.get('Groups') ?? '').split(' ')]
  return words.filter((word) => /^[0-9]+$/.test(word)).map(Number)
}
