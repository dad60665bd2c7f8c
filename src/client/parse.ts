import { Failure } from '../failure.ts'
import type { Flag } from './flag.ts'
import { kinds, type Reading } from './kinds.ts'

/** Reads a command line as docker's pflag does: clusters, `=` forms, `--`, and a halt at the first word that is no option. */

/** A flag that was given, with its value as it was typed and as its kind reads it. */
export type Given = { readonly flag: Flag; readonly text: string; readonly value: unknown }

export type Parsed = {
  /** In the order given. */
  readonly given: readonly Given[]
  /** As typed, of a flag and of those that are the same as it. */
  readonly all: (name: string) => readonly string[]
  readonly last: (name: string) => string | undefined
  /** As their kind reads them. */
  readonly values: (name: string) => readonly unknown[]
  readonly isOn: (name: string) => boolean
  /** Undefined where it was not given. */
  readonly switch: (name: string) => boolean | undefined
  readonly rest: readonly string[]
}

/** Throws a Failure for what docker refuses, and for what no site can grant. `hints`: by letter or name, for flags there are not. */
export const parseFlags = (
  flags: readonly Flag[],
  argv: readonly string[],
  hints: Readonly<Record<string, string>> = {},
): Parsed => {
  const given: Given[] = []
  const add = (flag: Flag, text: string) => void given.push({ flag, text, value: checked(flag, text) })
  let at = 0
  for (; at < argv.length; at += 1) {
    const word = argv[at] ?? ''
    if (word === '--') {
      at += 1
      break
    }
    if (!word.startsWith('-') || word === '-') break
    const next = () => argv[(at += 1)]
    if (word.startsWith('--')) takeLong(flags, word.slice(2), { next, add, hints })
    else takeShort(flags, word.slice(1), { next, add, hints })
  }
  return look(given, argv.slice(at))
}

const look = (given: readonly Given[], rest: readonly string[]): Parsed => {
  const of = (name: string) => given.filter(({ flag }) => (flag.sameAs ?? flag.name) === name)
  const all = (name: string) => of(name).map(({ text }) => text)
  const isSwitchedOn = (name: string): boolean | undefined => {
    const last = of(name).at(-1)
    return last === undefined ? undefined : (last.value === true) !== (last.flag.negated === true)
  }
  return {
    given,
    all,
    last: (name) => all(name).at(-1),
    values: (name) => of(name).map(({ value }) => value),
    isOn: (name) => isSwitchedOn(name) === true,
    switch: isSwitchedOn,
    rest,
  }
}

type Taking = {
  readonly next: () => string | undefined
  readonly add: (flag: Flag, text: string) => void
  readonly hints: Readonly<Record<string, string>>
}

const takeLong = (flags: readonly Flag[], word: string, { next, add, hints }: Taking) => {
  const equals = word.indexOf('=')
  const name = equals < 0 ? word : word.slice(0, equals)
  const flag = flags.find((each) => each.name === name)
  if (name === '' || name.startsWith('-')) throw usage(`bad flag syntax: --${word}`)
  if (flag === undefined) throw usage(`unknown flag: --${name}`, hints[name])
  if (equals >= 0) add(flag, word.slice(equals + 1))
  else if (flag.kind === 'switch') add(flag, 'true')
  else add(flag, needed(next(), `--${name}`))
}

const takeShort = (flags: readonly Flag[], cluster: string, { next, add, hints }: Taking) => {
  for (let rest = cluster; rest !== '';) {
    const letter = rest.slice(0, 1)
    const flag = flags.find((each) => each.short === letter)
    if (flag === undefined) throw usage(`unknown shorthand flag: '${letter}' in -${cluster}`, hints[letter])
    rest = rest.slice(1)
    if (rest.length > 1 && rest.startsWith('=')) return add(flag, rest.slice(1))
    if (flag.kind === 'switch') add(flag, 'true')
    else return add(flag, rest === '' ? needed(next(), `'${letter}' in -${cluster}`) : rest)
  }
}

const needed = (value: string | undefined, where: string): string => {
  if (value === undefined) throw usage(`flag needs an argument: ${where}`)
  return value
}

const checked = (flag: Flag, text: string): unknown => {
  const { read, wanted }: Reading = kinds[flag.kind]
  const value: unknown = read(text)
  if (value === undefined) throw usage(`invalid argument "${text}" for ${spelt(flag)}: ${wanted} is wanted`)
  const { refused } = flag
  if (
    refused !== undefined &&
    refused.except?.test(value === true ? 'true' : value === false ? 'false' : text) !== true
  )
    throw new Failure('usage', `${spelt(flag)}: ${refused.why}`, { hint: refused.hint })
  return value
}

/** As docker's messages have it. */
export const spelt = ({ name, short }: Flag): string => (short === undefined ? `--${name}` : `-${short}, --${name}`)

/** --help shows the options; report.ts adds the program's name. */
const usage = (message: string, hint = '--help shows the options') => new Failure('usage', message, { hint })
