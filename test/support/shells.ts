/** bash, zsh and fish as they really complete a line. zsh and fish are Debian's, unpacked. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { checkout, readPackages } from './packages.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

const packages = ['zsh', 'zsh-common', 'fish', 'fish-common', 'libpcre2-32-0']
const libraries = ['usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu']

type Place = {
  /** The script of --completion. */
  readonly script: string
  /** An empty home, and where programs are found before all others. */
  readonly home: string
  readonly programs: string
}

/** What it offers for the last word of a line, whole and sorted; and what it said beside that. */
export const complete = (shell: Shell, line: string, { script, home, programs }: Place): readonly string[] => {
  const unpacked = readPackages(packages, join(checkout, '.lab', 'shells'))
  const [program, ...words] = { bash: inBash, zsh: inZsh, fish: inFish }[shell](unpacked, script, line)
  const answer = execFileSync(program ?? '', words, {
    encoding: 'utf8',
    cwd: home,
    env: {
      PATH: `${programs}:${process.env['PATH'] ?? ''}`,
      HOME: home,
      TERM: 'dumb',
      USER: 'ada',
      UNPACKED: unpacked,
      LD_LIBRARY_PATH: libraries.map((folder) => join(unpacked, folder)).join(':'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [current = ''] = /\S*$/.exec(line) ?? []
  const before = current.replace(/[^=:]*$/, '')
  const offered = [...answer.matchAll(/^HIT (\S+)/gm)].map(([, word = '']) => word)
  // zsh has what only the rest of the word is offered for on a list of its own, and bash takes words apart at = and :.
  const whole = offered.map((word) => (word.startsWith(current) ? word : before + word))
  return [...new Set(whole)].toSorted()
}

type Run = (unpacked: string, script: string, line: string) => readonly string[]

/** readline's way to take a line apart. */
const inBash: Run = (_, script, line) => {
  const words = line.match(/[=:]+|[^\s=:]+/g) ?? []
  const all = line.endsWith(' ') ? [...words, ''] : words
  const run = String.raw`set -u; . "$1"; COMP_LINE=$2 COMP_POINT=${'$'}{#2} COMP_WORDS=("${'$'}{@:3}") COMP_CWORD=$(($# - 3))
    _dockerrun "$3"; printf 'HIT %s\n' "${'$'}{COMPREPLY[@]}"`
  return ['bash', '--norc', '-c', run, 'bash', script, line, ...all]
}

const inFish: Run = (unpacked, script, line) => {
  const run = `source $argv[1]; complete -C $argv[2] | string replace -r '^' 'HIT '; true`
  return [join(unpacked, 'usr/bin/fish'), '--no-config', '-c', run, script, line]
}

/** At a terminal of its own, with all that compadd is given told on the way: zsh completes nowhere else. */
const inZsh: Run = (unpacked, script, line) => [
  join(unpacked, 'bin/zsh'),
  '-f',
  join(checkout, 'test/support/complete.zsh'),
  script,
  line,
]
