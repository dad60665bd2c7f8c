/** The subordinate ids of a remapped engine, in /etc/subuid and /etc/subgid (subuid(5)). Pure. */

/** The account that dockerd makes and takes for `userns-remap: default` (moby daemon/daemon_unix.go: defaultRemappedID). */
const account = 'dockremap'
const count = 65_536
/**
 * Above what sssd makes of Windows' identifiers (up to 2,000,200,000) and what systemd gives to containers (up to 1,879,048,191),
 * below 2^31, where some programs end: no account of the site's may be among these ids, or root inside would be that account.
 */
const first = 2_100_000_000
const last = 2 ** 31 - count

/** The line that is missing; undefined where the account has one. Throws where all is taken. */
export function findMissingRange(text: string): string | undefined {
  const ranges = text.split('\n').flatMap(parseRange)
  if (ranges.some(({ owner }) => owner === account)) return undefined
  for (let start = first; start <= last; start += count)
    if (ranges.every((range) => range.start + range.size <= start || start + count <= range.start))
      return `${account}:${start}:${count}`
  throw new Error(`no subordinate ids are free between ${first} and ${last}`)
}

function parseRange(
  line: string,
): readonly { readonly owner: string; readonly start: number; readonly size: number }[] {
  const [, owner = '', start, size] = /^([^:]+):([0-9]+):([0-9]+)\s*$/.exec(line) ?? []
  return start === undefined ? [] : [{ owner, start: Number(start), size: Number(size) }]
}

export const withLine = (text: string, line: string): string =>
  `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`

export const withoutLine = (text: string, line: string): string =>
  text
    .split('\n')
    .filter((each) => each !== line)
    .join('\n')
