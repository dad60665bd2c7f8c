/** Looks at bind sources as the user: a process with that user's uid, gid and groups and no privilege asks the kernel. */
import type { Account } from '../contract/identity.ts'
import { runProgram } from '../host/processes.ts'
import type { PathFact } from '../policy/facts.ts'
import { isPlainPath } from '../policy/paths.ts'

/** One line per path: kind, whether it is its own realpath, whether one may write there. `[ -e ]` follows links, as the mount will. */
const look = `for path; do
  if [ -d "$path" ]; then kind=directory; elif [ -f "$path" ]; then kind=file
  elif [ -b "$path" ] || [ -c "$path" ]; then kind=device; elif [ -e "$path" ]; then kind=other; else kind=unreachable; fi
  if [ "$(realpath -e -- "$path" 2>/dev/null; echo .)" = "$path
." ]; then canonical=yes; else canonical=no; fi
  if [ -w "$path" ]; then writable=yes; else writable=no; fi
  echo "$kind $canonical $writable"
done`

const kinds = ['directory', 'file', 'device', 'other'] as const

/** What `account` sees at each path, at this moment. Throws when the look does not end within five seconds. */
export async function lookAtPaths(paths: readonly string[], account: Account): Promise<ReadonlyMap<string, PathFact>> {
  const plain = [...new Set(paths.filter(isPlainPath))]
  if (plain.length === 0) return new Map()
  const groups = account.groups.map(({ gid }) => gid).join(',')
  const privileges = [
    '--reuid',
    String(account.uid),
    '--regid',
    String(account.gid),
    '--groups',
    groups,
    '--inh-caps=-all',
    '--bounding-set=-all',
    '--no-new-privs',
  ]
  const { status, stdout } = await runProgram('setpriv', [...privileges, '--', '/bin/sh', '-c', look, 'sh', ...plain])
  const lines = stdout.split('\n')
  if (status !== 0 || lines.length !== plain.length)
    throw new Error('the bind sources could not be looked at as their user')
  return new Map(plain.map((path, index) => [path, readLine(lines[index] ?? '')]))
}

function readLine(line: string): PathFact {
  const [word, canonical, writable] = line.split(' ')
  const kind = kinds.find((each) => each === word)
  return kind === undefined
    ? { kind: 'unreachable' }
    : { kind, canonical: canonical === 'yes', writable: writable === 'yes' }
}
