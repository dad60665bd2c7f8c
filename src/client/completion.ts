import { bashScript } from './completion-bash.ts'
import { fishScript } from './completion-fish.ts'
import type { Option, Program } from './completion-words.ts'
import { zshScript } from './completion-zsh.ts'
import { execFlags } from './exec-flags.ts'
import type { Flag } from './flag.ts'
import { tellOf } from './help.ts'
import { kinds, type Reading } from './kinds.ts'
import { knownValues, pathFlags } from './known-values.ts'
import { runFlags } from './run-flags.ts'

/** --completion: what a shell has to know to complete dockerrun's and dockerexec's lines, from the parser's own tables. Pure. */

const optionOf = (flag: Flag): Option => {
  const { name, short, kind, hidden } = flag
  const { word, many }: Reading = kinds[kind]
  return {
    name,
    short,
    help: tellOf(flag),
    word,
    isMany: many === true,
    values: knownValues.get(name) ?? [],
    isPath: pathFlags.includes(name),
    isHidden: hidden === true,
  }
}

const byName = (one: Option, other: Option): number => (one.name < other.name ? -1 : 1)

const programs: readonly Program[] = [
  { name: 'dockerrun', first: 'images', options: runFlags.map(optionOf).toSorted(byName) },
  { name: 'dockerexec', first: 'containers', options: execFlags.map(optionOf).toSorted(byName) },
]

const scripts: ReadonlyMap<string, (programs: readonly Program[]) => string> = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
])

/** Undefined for a shell that is none of them. */
export const buildCompletion = (shell: string): string | undefined => scripts.get(shell)?.(programs)
