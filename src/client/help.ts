import type { Flag } from './parse.ts'

/** The text of --help, from the same table the parser reads. */
export const buildHelp = (usage: string, purpose: string, flags: readonly Flag[]): string => {
  const heads = flags.map(({ name, short, value }) =>
    [short === undefined ? '    ' : `-${short}, `, `--${name}`, value === undefined ? '' : ` ${value}`].join(''),
  )
  const width = Math.max(...heads.map((head) => head.length))
  const options = flags.map(({ help }, index) => `  ${(heads[index] ?? '').padEnd(width)}   ${help}`)
  return [`Usage:  ${usage}`, '', purpose, '', 'Options:', ...options, ''].join('\n')
}
