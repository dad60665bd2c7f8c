import type { Flag } from './flag.ts'

/** docker exec's flags (28.5) as data. */
export const execFlags: readonly Flag[] = [
  { name: 'detach', short: 'd', kind: 'switch', help: 'Run in the background' },
  { name: 'detach-keys', kind: 'string', help: 'Keys that leave the command running (ctrl-p,ctrl-q)' },
  {
    name: 'env',
    short: 'e',
    kind: 'variable',
    help: 'Set an environment variable (NAME=VALUE, or NAME: as it is here)',
  },
  { name: 'env-file', kind: 'list', help: 'Read environment variables from a file' },
  { name: 'help', kind: 'switch', help: 'Print this' },
  { name: 'interactive', short: 'i', kind: 'switch', help: 'Keep standard input open' },
  {
    name: 'privileged',
    kind: 'switch',
    help: 'Extended privileges',
    refused: { why: 'a privileged process is root on the host', hint: 'leave it out', except: /^false$/ },
  },
  { name: 'tty', short: 't', kind: 'switch', help: 'Give the command a terminal' },
  { name: 'user', short: 'u', kind: 'string', help: 'Your own uid[:gid] and nothing else' },
  { name: 'workdir', short: 'w', kind: 'string', help: 'The working directory inside' },

  { name: 'version', ours: true, kind: 'switch', help: 'Print the version' },
]
