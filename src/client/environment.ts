import { Failure } from '../failure.ts'
import { cut } from './go-values.ts'

/** The container's variables and labels, from -e and -l and their files. A variable without `=` is passed on from the caller. Pure. */

export type CallerEnvironment = Readonly<Record<string, string | undefined>>

/** A file's path and its contents. */
export type File = { readonly path: string; readonly contents: Uint8Array }

/** The last -e of a name wins; one that the caller has not goes out alone, which takes it away from the image's (as docker). */
export const buildEnvironment = (
  files: readonly File[],
  words: readonly string[],
  caller: CallerEnvironment,
): readonly string[] => {
  const fromFiles = files
    .flatMap((file) => readLines(file, '--env-file'))
    .flatMap((line) => {
      const value = line.includes('=') ? undefined : caller[line]
      return line.includes('=') ? [line] : value === undefined ? [] : [`${line}=${value}`]
    })
  const byName = new Map(words.map((word) => [nameOf(word), resolve(word, caller)]))
  return [...fromFiles, ...byName.values()]
}

const resolve = (word: string, caller: CallerEnvironment): string => {
  const value = word.includes('=') ? undefined : caller[word]
  return value === undefined ? word : `${word}=${value}`
}

/** A line of a file without `=` is none, on the command line it is an empty label (as docker). */
export const buildLabels = (files: readonly File[], words: readonly string[]): Readonly<Record<string, string>> => {
  const lines = files.flatMap((file) => readLines(file, '--label-file')).filter((line) => line.includes('='))
  return Object.fromEntries(
    [...lines, ...words].map((word) => {
      const [name, value = ''] = cut(word, '=')
      return [name, value]
    }),
  )
}

/** The caller's variables whose names match one of the patterns, sorted. */
export const matchEnvironment = (patterns: readonly string[], caller: CallerEnvironment): readonly string[] => {
  const forms = patterns.map(
    (pattern) =>
      new RegExp(
        `^${pattern
          .replaceAll(/[^A-Za-z0-9_*?]/g, String.raw`\$&`)
          .replaceAll('*', '.*')
          .replaceAll('?', '.')}$`,
        's',
      ),
  )
  return Object.entries(caller)
    .filter(([name, value]) => value !== undefined && forms.some((form) => form.test(name)))
    .map(([name, value = '']) => `${name}=${value}`)
    .toSorted()
}

/** docker's format (docker/cli pkg/kvfile): one NAME[=value] a line, `#` opens a comment line, no quotes, no blanks in a name. */
const readLines = ({ path, contents }: File, flag: string): readonly string[] => {
  const refuse = (why: string) =>
    new Failure('usage', `${flag}: ${path}: ${why}`, { hint: 'each line is NAME=VALUE, without export or quotes' })
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(contents)
  } catch {
    throw refuse('it is not UTF-8')
  }
  return text.split('\n').flatMap((line) => {
    const word = line.replace(/\r$/, '').trimStart()
    if (word === '' || word.startsWith('#')) return []
    const name = nameOf(word)
    if (name === '') throw refuse(`no name on line '${word}'`)
    if (/[ \t]/.test(name)) throw refuse(`'${name}' has blanks in its name`)
    return [word]
  })
}

export const nameOf = (variable: string): string => variable.split('=', 1)[0] ?? ''
