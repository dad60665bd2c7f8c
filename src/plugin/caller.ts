/** Who sent a request: the CN the engine verified, or root on its socket. Nobody else (DESIGN 5, THREATS 3.4, T16, M34). */
import type { WireRequest } from '../contract/authz.ts'
import { isLogin } from '../contract/identity.ts'
import type { Caller } from '../policy/facts.ts'
import { isAdministrator, type GroupIds, type Policy } from '../policy/grants.ts'
import type { LookUpAccount } from './accounts.ts'
import type { Certificates } from './certificates.ts'

const refused = (why: string): Caller => ({ kind: 'refused', why })

export type Directory = {
  readonly policy: Policy
  readonly lookUp: LookUpAccount
  readonly readCertificate: Certificates['readCertificate']
  readonly now: () => number
  /** The gids of the groups that policy names. */
  readonly groupIds: () => Promise<GroupIds>
  /** The User-Agent of this gate's own calls: a secret of its own, by which it knows them again. */
  readonly ownAgent: string
}

export async function readCaller(wire: WireRequest, directory: Directory): Promise<Caller> {
  const { User = '', UserAuthNMethod = '', RequestMethod = '', RequestUri = '' } = wire
  if (RequestMethod === '' || RequestUri === '') return refused('the engine sent an empty request: try again')
  if (User === '' && UserAuthNMethod === '') return await readSocketCaller(wire, directory)
  if (UserAuthNMethod !== 'TLS') return refused('only a certificate names a user here')
  if (User === '') return refused('the certificate names nobody: its CN is empty')
  const certificate = directory.readCertificate(wire, directory.now())
  if ('why' in certificate) return refused(certificate.why)
  return await readUser(User, directory)
}

/** Whom a name in a certificate stands for. */
export async function readUser(
  User: string,
  directory: Pick<Directory, 'policy' | 'lookUp' | 'groupIds'>,
): Promise<Caller> {
  if (!isLogin(User)) return refused('the name in the certificate is no login name')
  const account = await directory.lookUp(User)
  if (account === undefined) return refused(`the certificate names ${User}, who has no account on the engine's host`)
  // One account, one name: rules, records and the audit log would else know it by several.
  if (account.login !== User)
    return refused(`the certificate names ${User}; the name of this account is ${account.login}`)
  return isAdministrator(directory.policy, account, await directory.groupIds())
    ? { kind: 'administrator', name: User }
    : { kind: 'user', account }
}

/** Reads, and what shows gate 2 a spec (Engine.showSpec). */
const ownMethods: readonly string[] = ['GET', 'POST', 'DELETE']

/** The socket carries no name: whoever may open it is root, or, where policy says so, nobody in particular. */
async function readSocketCaller(
  { RequestMethod = '', RequestHeaders = {} }: WireRequest,
  { policy, lookUp, ownAgent }: Directory,
): Promise<Caller> {
  if (RequestHeaders['User-Agent'] === ownAgent && ownMethods.includes(RequestMethod))
    return { kind: 'administrator', name: 'dockerrun-authz' }
  if (policy.socket === 'admin') return { kind: 'administrator', name: 'root' }
  const account = await lookUp('nobody')
  return account === undefined
    ? refused("there is no account nobody on the engine's host")
    : { kind: 'anonymous', account }
}
