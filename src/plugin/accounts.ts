/** A bounded, short memory of accounts: one look-up in flight per name, unknown names remembered too (DESIGN 5). */
import type { Account } from '../contract/identity.ts'

export type LookUpAccount = (login: string) => Promise<Account | undefined>

const most = 10_000
const known = 30_000
const unknown = 5_000

/** `read` is asked at most once at a time per name; an answer is kept for 30 s, "no such account" for 5 s, a failure not at all. */
export function rememberAccounts(read: LookUpAccount, now: () => number): LookUpAccount {
  const memory = new Map<string, { readonly answer: Promise<Account | undefined>; until: number }>()
  return async (login) => {
    const held = memory.get(login)
    if (held !== undefined && held.until > now()) return await held.answer
    const entry = { answer: read(login), until: Infinity }
    memory.delete(login)
    memory.set(login, entry)
    if (memory.size > most) memory.delete(memory.keys().next().value ?? login)
    try {
      const account = await entry.answer
      entry.until = now() + (account === undefined ? unknown : known)
      return account
    } catch (error) {
      if (memory.get(login) === entry) memory.delete(login)
      throw error
    }
  }
}
