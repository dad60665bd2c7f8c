import type { Account, Group } from './identity.ts'

/** The user inside: passwd and group of a container, and the names client and entrypoint.sh share (DESIGN 6). Pure. */

export const entrypointPath = '/.dockerrun/entrypoint.sh'

/** What entrypoint.sh reads and unsets. */
export const entrypointVariables = { home: 'DOCKERRUN_HOME', workdir: 'DOCKERRUN_WORKDIR' } as const

export type Overlay = { readonly passwd: string; readonly group: string }

export const fallbackShell = '/bin/sh'

/** An image file that is missing is `undefined`: the user's own lines are then all there is. */
export const mergeOverlay = (
  account: Account,
  imagePasswd: string | undefined,
  imageGroup: string | undefined,
  imageHasShell: boolean,
): Overlay => ({
  passwd: mergePasswd(account, imagePasswd ?? '', imageHasShell),
  group: mergeGroup(account, imageGroup ?? ''),
})

const mergePasswd = (account: Account, image: string, imageHasShell: boolean): string => {
  const kept = readLines(image, 7).filter(({ name, id }) => name !== account.login && id !== account.uid)
  const own = [
    account.login,
    noPassword,
    account.uid,
    account.gid,
    harmless(account.gecos),
    isHarmless(account.home) ? account.home : '/',
    imageHasShell && isHarmless(account.shell) ? account.shell : fallbackShell,
  ]
  return lines([own.join(':'), ...kept.map(({ fields }) => fields.join(':'))])
}

/** None fits, and none is looked for: with `x`, PAM turns the user away where /etc/shadow has no line for them. */
const noPassword = '*'

const mergeGroup = (account: Account, image: string): string => {
  const imageLines = readLines(image, 4)
  const own = nameGroups(account, new Set(imageLines.map(({ name }) => name)))
  const gids = new Set(own.map(({ gid }) => gid))
  const names = new Set(own.map(({ name }) => name))
  const kept = imageLines.filter(({ name, id }) => !names.has(name) && !gids.has(id))
  return lines([
    ...own.map(({ gid, name }) => `${name}:x:${gid}:${gid === account.gid ? '' : account.login}`),
    ...kept.map(({ fields }) => withoutMember(fields, account.login)),
  ])
}

/** The primary group first, then the others by number; a gid without a usable name of its own is called g<gid>. */
const nameGroups = (account: Account, imageNames: ReadonlySet<string>): { gid: number; name: string }[] => {
  const held = new Map<number, Group>([[account.gid, { gid: account.gid, name: undefined }]])
  for (const group of [...account.groups].sort((a, b) => a.gid - b.gid)) held.set(group.gid, group)
  const taken = new Set<string>()
  const named = [...held.values()].map(({ gid, name }) => {
    if (name === undefined || name === '' || !isHarmless(name) || taken.has(name)) return { gid, name: undefined }
    taken.add(name)
    return { gid, name }
  })
  return named.map(({ gid, name }) => {
    if (name !== undefined) return { gid, name }
    let made = `g${gid}`
    while (taken.has(made) || imageNames.has(made)) made += '_'
    taken.add(made)
    return { gid, name: made }
  })
}

type Line = { readonly name: string; readonly id: number; readonly fields: readonly string[] }

/**
 * Lines that every C library reads alike. Others are dropped: musl wraps ids above 2^32, glibc takes `+` lines as NIS,
 * so a line read one way here could stand for the user's own uid in the container; and runc before 1.3 takes a name of digits
 * for the gid that it is asked for (M04b).
 */
const readLines = (text: string, count: number): Line[] =>
  text.split('\n').flatMap((line) => {
    const fields = line.split(':')
    const [name = '', , id = ''] = fields
    const isPlain =
      fields.length === count &&
      isHarmless(fields.join('')) &&
      /^[^+#\s-]/.test(name) &&
      !/^[0-9]+$/.test(name) &&
      isId(id)
    return isPlain ? [{ name, id: Number(id), fields }] : []
  })

const isId = (text: string): boolean => /^[0-9]{1,10}$/.test(text) && Number(text) <= 0xffffffff

/** A member list of the image that happens to hold the login would make `id <login>` tell of groups nobody holds. */
const withoutMember = ([name, password, gid, members = '']: readonly string[], login: string): string =>
  [
    name,
    password,
    gid,
    members
      .split(',')
      .filter((member) => member !== login)
      .join(','),
  ].join(':')

const harmful = /[:\u0000-\u001f\u007f-\u009f\u2028\u2029]/
const isHarmless = (text: string): boolean => !harmful.test(text)
const harmless = (text: string): string => text.replace(new RegExp(harmful, 'g'), ' ')

const lines = (each: readonly string[]): string => each.map((line) => `${line}\n`).join('')

/** A group file with the lines alone that every C library reads alike: for a container that was made without an overlay. */
export const plainGroup = (text: string): string => lines(readLines(text, 4).map(({ fields }) => fields.join(':')))

/** The overlay anew, from files that the user brought: names of groups are taken from them, ids are not. */
export function checkOverlay(account: Account, passwd: string, group: string): Overlay {
  const names = new Map(readLines(group, 4).map(({ name, id }) => [id, name]))
  const named = { ...account, groups: account.groups.map(({ gid }) => ({ gid, name: names.get(gid) })) }
  const own = readLines(passwd, 7).find(({ id }) => id === account.uid)
  return mergeOverlay(named, passwd, group, own?.fields[6] === account.shell)
}
