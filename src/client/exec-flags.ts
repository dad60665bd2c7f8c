import type { Flag } from './parse.ts'

/** docker exec's flags as data. */
export const execFlags: readonly Flag[] = [
  { name: 'detach', short: 'd', help: 'Run in the background' },
  { name: 'env', short: 'e', value: 'list', help: 'Set an environment variable (NAME=value, or NAME: as it is here)' },
  { name: 'help', help: 'Print this' },
  { name: 'interactive', short: 'i', help: 'Keep standard input open' },
  { name: 'tty', short: 't', help: 'Give the command a terminal' },
  { name: 'version', help: 'Print the version' },
  { name: 'workdir', short: 'w', value: 'string', help: 'The working directory inside' },
]
