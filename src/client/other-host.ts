import { Failure } from '../failure.ts'
import { userField, type Account } from '../contract/identity.ts'
import { isThisHost } from '../host/this-host.ts'

/** A denial that comes of other ids: the engine's host knows the same name with others, and files would be somebody else's. */
export const tellIds = (error: unknown, account: Account | undefined, address: string): unknown => {
  const [, theirs] = /\bUser: must be ([0-9]+:[0-9]+)/.exec(error instanceof Failure ? error.message : '') ?? []
  if (theirs === undefined || account === undefined || isThisHost(address)) return error
  return new Failure('account', `${account.login} is ${theirs} on the engine's host and ${userField(account)} here`, {
    hint: 'files would be those of somebody else: use an engine that has the same accounts',
  })
}
