import { Failure } from '../failure.ts'

/** Reads a command line as docker's pflag does: clusters, `=` forms, `--`, and a halt at the first word that is no option. */

export type Flag = {
  readonly name: string
  readonly short?: string
  /** Another name of that flag: the last of both wins. */
  readonly sameAs?: string
  /** What stands for the value in --help; none: the flag is a switch. */
  readonly value?: string
  readonly help: string
}

export type Parsed = {
  /** Values in the order given; a switch's are 'true' and 'false'. */
  readonly all: (name: string) => readonly string[]
  readonly last: (name: string) => string | undefined
  readonly isOn: (name: string) => boolean
  readonly rest: readonly string[]
}

export const parseFlags = (flags: readonly Flag[], argv: readonly string[]): Parsed => {
  const values = new Map<string, string[]>()
  const add = ({ name, sameAs = name }: Flag, value: string) =>
    values.set(sameAs, [...(values.get(sameAs) ?? []), value])
  let at = 0
  for (; at < argv.length; at += 1) {
    const word = argv[at] ?? ''
    if (word === '--') {
      at += 1
      break
    }
    if (!word.startsWith('-') || word === '-') break
    const next = () => argv[(at += 1)]
    if (word.startsWith('--')) takeLong(flags, word.slice(2), next, add)
    else takeShort(flags, word.slice(1), next, add)
  }
  const all = (name: string): readonly string[] => values.get(name) ?? []
  return { all, last: (name) => all(name).at(-1), isOn: (name) => all(name).at(-1) === 'true', rest: argv.slice(at) }
}

type Next = () => string | undefined
type Add = (flag: Flag, value: string) => void

const takeLong = (flags: readonly Flag[], word: string, next: Next, add: Add) => {
  const equals = word.indexOf('=')
  const name = equals < 0 ? word : word.slice(0, equals)
  const flag = flags.find((each) => each.name === name)
  if (flag === undefined) throw usage(`unknown flag: --${name}`)
  if (equals >= 0) add(flag, checked(flag, word.slice(equals + 1)))
  else if (flag.value === undefined) add(flag, 'true')
  else add(flag, needed(flag, next(), `--${name}`))
}

const takeShort = (flags: readonly Flag[], cluster: string, next: Next, add: Add) => {
  for (let rest = cluster; rest !== '';) {
    const letter = rest.slice(0, 1)
    const flag = flags.find((each) => each.short === letter)
    if (flag === undefined) throw usage(`unknown shorthand flag: '${letter}' in -${cluster}`)
    rest = rest.slice(1)
    if (rest.length > 1 && rest.startsWith('=')) return add(flag, checked(flag, rest.slice(1)))
    if (flag.value === undefined) add(flag, 'true')
    else return add(flag, rest === '' ? needed(flag, next(), `'${letter}' in -${cluster}`) : rest)
  }
}

const needed = (flag: Flag, value: string | undefined, where: string): string => {
  if (value === undefined) throw usage(`flag needs an argument: ${where}`)
  return checked(flag, value)
}

/** Go's strconv.ParseBool, which pflag asks about `--switch=value`. */
const checked = (flag: Flag, value: string): string => {
  if (flag.value !== undefined) return value
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value)) return 'true'
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value)) return 'false'
  throw usage(`invalid argument "${value}" for --${flag.name}: true or false is wanted`)
}

/** --help shows the options; report.ts adds the program's name. */
const usage = (message: string) => new Failure('usage', message, { hint: '--help shows the options' })
