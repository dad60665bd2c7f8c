/** Who sent a request: the CN the engine verified, or root on its socket. Nobody else (DESIGN 5, THREATS 3.4, T16, M34). */
import type { WireRequest } from '../contract/authz.ts'
import { isLogin } from '../contract/identity.ts'
import type { Caller } from '../policy/facts.ts'
import type { LookUpAccount } from './accounts.ts'

const refused = (why: string): Caller => ({ kind: 'refused', why })

export type Directory = {
  /** Logins that policy does not restrict. */
  readonly administrators: readonly string[]
  readonly lookUp: LookUpAccount
  /** The User-Agent of this gate's own calls: a secret of its own, so that the audit log can tell them from root's. */
  readonly ownAgent: string
}

export async function readCaller(
  { User = '', UserAuthNMethod = '', RequestMethod = '', RequestUri = '', RequestHeaders = {} }: WireRequest,
  { administrators, lookUp, ownAgent }: Directory,
): Promise<Caller> {
  if (RequestMethod === '' || RequestUri === '') return refused('the engine sent an empty request: try again')
  if (User === '' && UserAuthNMethod === '')
    return { kind: 'administrator', name: RequestHeaders['User-Agent'] === ownAgent ? 'dockerrun-authz' : 'root' }
  if (UserAuthNMethod !== 'TLS') return refused('only a certificate names a user here')
  if (User === '') return refused('the certificate names nobody: its CN is empty')
  if (!isLogin(User)) return refused('the name in the certificate is no login name')
  const account = await lookUp(User)
  if (account === undefined) return refused(`the certificate names ${User}, who has no account on the engine's host`)
  // One account, one name: rules, records and the audit log would else know it by several.
  if (account.login !== User)
    return refused(`the certificate names ${User}; the name of this account is ${account.login}`)
  return account.uid === 0 || administrators.includes(User)
    ? { kind: 'administrator', name: User }
    : { kind: 'user', account }
}
