/** Whose something is. Anonymous callers are one principal: they own what they make together (DESIGN 5). */
import type { Caller } from './facts.ts'

export type Owner = number | 'anonymous'

/** Undefined for those who own nothing of their own: administrators act on everything, the refused on nothing. */
export function ownerOf(caller: Caller): Owner | undefined {
  if (caller.kind === 'user') return caller.account.uid
  return caller.kind === 'anonymous' ? 'anonymous' : undefined
}
