/** The gids of the groups that policy names, asked of NSS at most every half minute. */
import type { GroupIds, Policy } from '../policy/grants.ts'

const longest = 30_000
const atOnce = 8

export type ReadGroupId = (name: string) => Promise<number | undefined>

/** A group that NSS does not know has no members. Throws where NSS does not answer: what a group may not, no member of it may then. */
export function rememberGroupIds(read: ReadGroupId, now: () => number): (policy: Policy) => Promise<GroupIds> {
  let memory: { readonly policy: Policy; readonly at: number; readonly ids: Promise<GroupIds> } | undefined
  return async (policy) => {
    if (memory?.policy !== policy || now() - memory.at > longest)
      memory = { policy, at: now(), ids: readGroupIds(policy, read) }
    const asked = memory
    try {
      return await asked.ids
    } catch (error) {
      if (memory === asked) memory = undefined
      throw error
    }
  }
}

async function readGroupIds({ administrators, groups }: Policy, read: ReadGroupId): Promise<GroupIds> {
  const names = [...new Set([...administrators.groups, ...groups.map(({ name }) => name)])]
  const ids = new Map<string, number>()
  // Some at a time, and none left running where one fails: each is a program.
  for (let from = 0; from < names.length; from += atOnce) {
    const some = names.slice(from, from + atOnce)
    const answers = await Promise.allSettled(some.map(read))
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 'rejected') throw answer.reason
      if (answer.value !== undefined) ids.set(some[index] ?? '', answer.value)
    }
  }
  return ids
}
