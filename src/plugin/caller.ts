/** Who sent a request: the CN the engine verified, or root on its socket. Nobody else (DESIGN 5, THREATS 3.4, T16, M34). */
import type { WireRequest } from '../contract/authz.ts'
import { isLogin } from '../contract/identity.ts'
import type { Caller } from '../policy/facts.ts'
import type { FindAccount } from './accounts.ts'

const refused = (why: string): Caller => ({ kind: 'refused', why })

export async function findCaller(
  { User = '', UserAuthNMethod = '', RequestMethod = '', RequestUri = '' }: WireRequest,
  administrators: readonly string[],
  findAccount: FindAccount,
): Promise<Caller> {
  if (RequestMethod === '' || RequestUri === '') return refused('the engine sent an empty request: try again')
  if (User === '' && UserAuthNMethod === '') return { kind: 'administrator', name: 'root' }
  if (UserAuthNMethod !== 'TLS') return refused('only a certificate names a user here')
  if (User === '') return refused('the certificate names nobody: its CN is empty')
  if (!isLogin(User)) return refused('the name in the certificate is no login name')
  const account = await findAccount(User)
  if (account === undefined) return refused(`the certificate names ${User}, who has no account on the engine's host`)
  return account.uid === 0 || administrators.includes(User)
    ? { kind: 'administrator', name: User }
    : { kind: 'user', account }
}
