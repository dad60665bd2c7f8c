import { Failure } from '../failure.ts'

/** The container's variables from -e and --env-file. A name without `=` is passed on from the caller, when set there. */

export type CallerEnvironment = Readonly<Record<string, string | undefined>>

export const buildEnvironment = (
  files: readonly string[],
  words: readonly string[],
  caller: CallerEnvironment,
): readonly string[] => [...files.flatMap(readEnvFile), ...words].flatMap((word) => resolve(word, caller))

const resolve = (word: string, caller: CallerEnvironment): readonly string[] => {
  if (word === '' || word.startsWith('='))
    throw new Failure('usage', `invalid environment variable: "${word}"`, { hint: 'say NAME=VALUE, or NAME alone' })
  if (word.includes('=')) return [word]
  const value = caller[word]
  return value === undefined ? [] : [`${word}=${value}`]
}

/** docker's format: one NAME[=value] a line, `#` opens a comment line, no quotes, no blanks in a name. */
const readEnvFile = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => {
    const word = line.replace(/\r$/, '').trimStart()
    if (word === '' || word.startsWith('#')) return []
    const name = word.split('=', 1)[0] ?? ''
    if (/\s/.test(name))
      throw new Failure('usage', `--env-file: variable "${name}" has blanks in its name`, {
        hint: 'each line is NAME=VALUE, without export or quotes',
      })
    return [word]
  })

export const nameOf = (variable: string): string => variable.split('=', 1)[0] ?? ''
