/** Pulls. A pull writes the name it reads; names below localhost/ are the users' own and no registry's (DESIGN 4). */
import type { Request } from './request.ts'

export function objectToPull({ query }: Request): string | undefined {
  const name = query.get('fromImage') ?? ''
  return /^localhost(?:\/|$)/i.test(name) ? `${name}: names below localhost/ are never pulled` : undefined
}
