/** The account both sides speak of: who the user is on the host, and how that is written into a container's create body. */

export type Group = { readonly gid: number; readonly name: string | undefined }

export type Account = {
  readonly login: string
  readonly uid: number
  readonly gid: number
  /** Every gid the account holds, the primary one included; names where NSS has one. */
  readonly groups: readonly Group[]
  readonly gecos: string
  readonly home: string
  readonly shell: string
}

/** Config.User of an own-uid container: decimal uid:gid and nothing else, since names are looked up in the image (M04). */
export const userField = ({ uid, gid }: Pick<Account, 'uid' | 'gid'>): string => `${uid}:${gid}`

/** HostConfig.GroupAdd: the supplementary gids as decimal strings, ascending, without the primary one. */
export const groupAddField = ({ gid, groups }: Pick<Account, 'gid' | 'groups'>): string[] =>
  [...new Set(groups.map((group) => group.gid))]
    .filter((each) => each !== gid)
    .sort((a, b) => a - b)
    .map(String)

/** The one entry HostConfig.SecurityOpt may have. The engine takes the last one it is given, so it stands alone (M01). */
export const noNewPrivileges = 'no-new-privileges'

/** Any NSS login may be in a certificate, except what getent, a path or a command line would read otherwise (DESIGN 5). */
export const isLogin = (name: string): boolean =>
  name.length > 0 && name.length <= 256 && name.isWellFormed() && !/^[0-9]+$|^-|[/:\p{Cc}]/u.test(name)

/** Names by gid, from lines of a group file or of getent; what is no such line is left out. */
export const parseGroupNames = (lines: readonly string[]): ReadonlyMap<number, string> =>
  new Map(
    lines.flatMap((line) => {
      const [name = '', , gid = ''] = line.split(':')
      return name !== '' && /^[0-9]+$/.test(gid) ? [[Number(gid), name] as const] : []
    }),
  )
