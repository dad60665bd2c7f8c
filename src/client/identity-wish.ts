import type { Account } from '../contract/identity.ts'
import { parseGroupNames, userField } from '../contract/identity.ts'
import { Failure } from '../failure.ts'
import { getent } from '../host/getent.ts'

/** -u and --group-add can only say what holds anyway: who one is. Names mean the host's, never the image's (M03, M04). */

export const checkUser = (wish: string | undefined, account: Account): void => {
  if (wish === undefined) return
  const own = [String(account.uid), userField(account), account.login, `${account.login}:${account.gid}`]
  if (own.includes(wish)) return
  throw new Failure('usage', `-u ${wish}: the container runs as you, ${userField(account)}, and as nobody else`, {
    hint: 'leave -u out',
  })
}

/** All groups one holds are in the create body already: what is asked for must be one of them. */
export const checkGroups = async (wishes: readonly string[], account: Account, signal: AbortSignal): Promise<void> => {
  for (const wish of wishes) {
    const gid = /^[0-9]+$/.test(wish) ? Number(wish) : await findGroup(wish, account, signal)
    if (gid === undefined) throw new Failure('usage', `no such group: ${wish}`, { hint: '`id` lists your groups' })
    if (gid !== account.gid && !account.groups.some((group) => group.gid === gid))
      throw new Failure('usage', `--group-add ${wish}: you do not hold this group`, { hint: '`id` lists your groups' })
  }
}

const findGroup = async (name: string, account: Account, signal: AbortSignal): Promise<number | undefined> => {
  const own = account.groups.find((group) => group.name === name)
  if (own !== undefined) return own.gid
  const [found] = parseGroupNames(name.startsWith('-') ? [] : await getent('group', [name], signal)).keys()
  return found
}
