/** Checks of single values that more than one operation needs. */
import type { Json } from '../contract/json.ts'
import { isList, type Check } from './fields.ts'
import { isBelow, isPlainPath } from './paths.ts'
import type { QueryCheck } from './rule.ts'

export const objectToWorkingDir: Check = (value) => {
  if (value === '') return undefined
  if (typeof value !== 'string' || !isPlainPath(value))
    return 'must be an absolute path without "..", "." or doubled slashes'
  return ['/proc', '/sys', '/dev'].some((folder) => value === folder || isBelow(value, folder))
    ? "the kernel's folders are no working directory (M35)"
    : undefined
}

export const words: Check = (value) => (value === null || isWords(value) ? undefined : 'must be a list of strings')
/** A list of strings, or nothing. */
export const anyWords: Check = (value) =>
  value === null || value === '' || isWords(value) ? undefined : 'must be a list of strings'
export const textOrEmpty: Check = (value) => (typeof value === 'string' ? undefined : 'must be a string')
export const numberOrNull: Check = (value) =>
  value === null || typeof value === 'number' ? undefined : 'must be a number'
/** null, 0 (the engine's default) or a number up to `most`. */
export const upTo =
  (most: number): Check<unknown> =>
  (value) =>
    value === null || (typeof value === 'number' && value >= 0 && value <= most)
      ? undefined
      : `must be a number up to ${most}`
export const twoNumbers: Check = (value) => (value === null || isPair(value) ? undefined : 'must be two numbers')

const isWords = (value: Json | undefined): boolean => isList(value) && value.every((word) => typeof word === 'string')
const isPair = (value: Json | undefined): boolean =>
  isList(value) && value.length === 2 && value.every((item) => typeof item === 'number')

/** The form of an option with a name of the sender's choice. */
export const formOf = (forms: Readonly<Record<string, RegExp>>, name: string): RegExp | undefined =>
  Object.hasOwn(forms, name) ? forms[name] : undefined

/** A query parameter in one of the ways clients write it. */
export const matching =
  (form: RegExp, expected: string): QueryCheck =>
  (value = '') =>
    form.test(value) ? undefined : `must be ${expected}`

/** The engine takes anything but these for true (THREATS 4.3); we take nothing but these. */
export const flag: QueryCheck = matching(/^(?:0|1|true|false|True|False|)$/, '1 or 0')
export const number: QueryCheck = matching(/^-?[0-9]{0,9}$/, 'a number')
export const anyText: QueryCheck = () => undefined
