import type { Flag } from './flag.ts'
import { kinds } from './kinds.ts'

/** The text of --help, from the same table the parser reads: docker's flags, then our own; what no site grants is left out. */
export const buildHelp = (usage: string, purpose: string, flags: readonly Flag[]): string => {
  const shown = flags.filter((flag) => flag.hidden !== true && (flag.refused === undefined || flag.to !== undefined))
  const sorted = shown.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const heads = new Map(sorted.map((flag) => [flag, headOf(flag)]))
  const width = Math.max(...[...heads.values()].map((head) => head.length))
  const linesOf = (isOurs: boolean) =>
    sorted
      .filter(({ ours }) => (ours === true) === isOurs)
      .map((flag) => `  ${(heads.get(flag) ?? '').padEnd(width)}   ${flag.help}`)
  return [
    `Usage:  ${usage}`,
    '',
    purpose,
    '',
    'Options:',
    ...linesOf(false),
    '',
    'Our own:',
    ...linesOf(true),
    '',
  ].join('\n')
}

/** `-w, --workdir string` */
export const headOf = ({ name, short, kind }: Flag): string =>
  `${short === undefined ? '    ' : `-${short}, `}--${name}${kinds[kind].word === '' ? '' : ` ${kinds[kind].word}`}`
