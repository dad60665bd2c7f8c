import type { Account } from '../contract/identity.ts'
import { userField } from '../contract/identity.ts'
import type { CreateBody } from './create-body.ts'
import { at, textAt, textsAt } from './reply.ts'

/** --verbose: what will be run where, a line each. Pure. */
export const describe = (
  body: CreateBody,
  { address, version, account, imageId }: { address: string; version: number; account: Account; imageId: string },
): readonly string[] => {
  const mounts = at(body, 'HostConfig', 'Mounts')
  return [
    `engine: ${address} (API 1.${version})`,
    `user: ${account.login} ${userField(account)}, groups ${account.groups.map(({ gid }) => gid).join(' ')}`,
    `image: ${textAt(body, 'Image') ?? ''} ${imageId}`,
    ...(Array.isArray(mounts) ? mounts : []).map(
      (mount: unknown) =>
        `mount: ${textAt(mount, 'Source') ?? textAt(mount, 'Type') ?? ''} at ${textAt(mount, 'Target') ?? ''}${at(mount, 'ReadOnly') === true ? ' (read-only)' : ''}`,
    ),
    `command: ${[...textsAt(body, 'Entrypoint'), ...textsAt(body, 'Cmd')].map((word) => JSON.stringify(word)).join(' ')}`,
  ]
}
