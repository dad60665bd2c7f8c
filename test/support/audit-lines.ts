/** Lines for an audit log, and what is found in its files without our own reader. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

export const numbered = (number: number, change: object = {}) => ({
  time: new Date().toISOString(),
  number,
  user: 'alice',
  operation: 'ContainerCreate',
  verdict: 'allow',
  ...change,
})

/** The paths of all files, those that were put away first, as their names say. */
export const logFiles = (file: string): readonly string[] => [
  ...readdirSync(dirname(file))
    .filter((name) => name.startsWith(`${basename(file)}.`))
    .sort()
    .map((name) => join(dirname(file), name)),
  ...(statSync(file, { throwIfNoEntry: false }) === undefined ? [] : [file]),
]

/** The numbers of the whole lines; what is no line is counted. */
export const readNumbers = (file: string): { readonly numbers: readonly number[]; readonly torn: number } => {
  const lines = logFiles(file).flatMap((path) => readFileSync(path, 'utf8').split('\n').filter(Boolean))
  const numbers = lines.flatMap((line) => {
    try {
      return [(JSON.parse(line) as { number: number }).number]
    } catch {
      return []
    }
  })
  return { numbers, torn: lines.length - numbers.length }
}

export const upTo = (count: number, from = 0): readonly number[] =>
  Array.from({ length: count }, (_, index) => from + index)
