/** The gids of the groups that policy names, asked of NSS at most every half minute. */
import type { GroupIds, Policy } from '../policy/grants.ts'

const longest = 30_000

export type ReadGroupId = (name: string) => Promise<number | undefined>

/** A group that NSS does not know, or does not answer for, has no members. `report` hears of the latter. */
export function rememberGroupIds(
  read: ReadGroupId,
  now: () => number,
  report: (error: unknown) => void,
): (policy: Policy) => Promise<GroupIds> {
  let memory: { readonly policy: Policy; readonly at: number; readonly ids: Promise<GroupIds> } | undefined
  return async (policy) => {
    if (memory?.policy !== policy || now() - memory.at > longest)
      memory = { policy, at: now(), ids: readGroupIds(policy, read, report) }
    return await memory.ids
  }
}

async function readGroupIds(
  { administrators, groups }: Policy,
  read: ReadGroupId,
  report: (error: unknown) => void,
): Promise<GroupIds> {
  const names = [...new Set([...administrators.groups, ...groups.map(({ name }) => name)])]
  const ids = await Promise.all(
    names.map(async (name) => {
      try {
        return await read(name)
      } catch (error) {
        report(error)
        return undefined
      }
    }),
  )
  return new Map(names.flatMap((name, index) => (ids[index] === undefined ? [] : [[name, ids[index]] as const])))
}
