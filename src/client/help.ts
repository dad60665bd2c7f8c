import type { Flag } from './flag.ts'
import { kinds } from './kinds.ts'
import { isNeverGranted } from './known-values.ts'

/** The text of --help, laid out as docker's, from the table the parser reads: docker's flags, our own, and what no site grants. */
export const buildHelp = (usage: string, purpose: string, flags: readonly Flag[]): string => {
  const shown = flags.filter(({ hidden }) => hidden !== true).toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const heads = new Map(shown.map((flag) => [flag, headOf(flag)]))
  const width = Math.max(...[...heads.values()].map((head) => head.length))
  const section = (title: string, has: (flag: Flag) => boolean) => [
    '',
    `${title}:`,
    ...shown.filter(has).map((flag) => `  ${(heads.get(flag) ?? '').padEnd(width)}   ${tellOf(flag)}`),
  ]
  return [
    `Usage:  ${usage}`,
    '',
    purpose,
    ...section('Options', (flag) => flag.ours !== true && !isNeverGranted(flag)),
    ...section('Our own', ({ ours }) => ours === true),
    ...section('Refused everywhere', isNeverGranted),
    '',
  ].join('\n')
}

/** What it does, or why nobody gets it. */
export const tellOf = (flag: Flag): string =>
  flag.refused !== undefined && isNeverGranted(flag) ? `Refused: ${flag.refused.why}` : flag.help

/** `-w, --workdir string` */
export const headOf = ({ name, short, kind }: Flag): string =>
  `${short === undefined ? '    ' : `-${short}, `}--${name}${kinds[kind].word === '' ? '' : ` ${kinds[kind].word}`}`
