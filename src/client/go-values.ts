/** Values as docker's client reads them: Go's strconv, docker's go-units and pflag. Undefined where they would refuse. Pure. */

/** strconv.ParseBool. */
export const parseBoolean = (text: string): boolean | undefined => {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? false : undefined
}

const integerForm = /^([+-]?)(?:(0x(?:_?[0-9a-f])+)|(0b(?:_?[01])+)|0o?((?:_?[0-7])+)|(0|[1-9](?:_?[0-9])*))$/i

/** strconv.ParseInt with base 0: 10, -1, 0x10, 010 and 0o10, 0b10, 1_000; from `least` to `most`. */
export const parseInteger = (text: string, least = -(2n ** 63n), most = 2n ** 63n - 1n): number | undefined => {
  const [, sign = '', hex, binary, octal, decimal] = integerForm.exec(text) ?? []
  const digits = hex ?? binary ?? (octal === undefined ? decimal : `0o${octal}`)
  if (digits === undefined) return undefined
  const size = BigInt(digits.replaceAll('_', ''))
  const value = sign === '-' ? -size : size
  return value < least || value > most ? undefined : Number(value)
}

const units = ['', 'k', 'm', 'g', 't', 'p']

/** go-units RAMInBytes: 1048576, 1k, 1.5GiB, `10 MB`; powers of 1024. */
export const parseBytes = (text: string): number | undefined => {
  const [, number, unit = ''] = /^(\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?) ?([a-z]{0,3})$/i.exec(text) ?? []
  const [, letter = ''] = /^(?:|b|([kmgtp])(?:i?b)?)$/i.exec(unit) ?? [undefined, '?']
  const power = units.indexOf(letter.toLowerCase())
  return number === undefined || power < 0 ? undefined : Math.trunc(Number(number) * 1024 ** power)
}

const nanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}

/** time.ParseDuration, in nanoseconds: 1h30m, 1.5s, -2ms, 0. */
export const parseDuration = (text: string): number | undefined => {
  const [, sign = '', all] = /^([+-]?)(.+)$/.exec(text) ?? []
  if (all === '0') return 0
  if (all === undefined || !/^(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(all)) return undefined
  let sum = 0
  for (const [, number = '', unit = ''] of all.matchAll(/([0-9.]+)([a-zµμ]+)/g))
    sum += Math.trunc(Number(number) * (nanoseconds[unit] ?? Number.NaN))
  return Number.isSafeInteger(sum) ? (sign === '-' ? -sum : sum) : undefined
}

/** A number of CPUs as docker has it, 1.5 or 3/2, in billionths; finer is refused. */
export const parseCpus = (text: string): number | undefined => {
  const [, sign, whole = '', part = '', exponent = '0', divisor = '1'] =
    /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:e([+-]?[0-9]{1,3}))?(?:\/([0-9]+))?$/i.exec(text) ?? []
  if (sign === undefined || whole + part === '' || BigInt(divisor) === 0n) return undefined
  if (divisor !== '1' && !/^[+-]?[0-9]+\/[0-9]+$/.test(text)) return undefined
  const power = 9 + Number(exponent) - part.length
  const [up, down] = [10n ** BigInt(Math.max(power, 0)), 10n ** BigInt(Math.max(-power, 0)) * BigInt(divisor)]
  const size = BigInt(whole + part) * up
  if (size % down !== 0n) return undefined
  const nano = Number(size / down)
  return sign === '-' ? -nano : nano
}

/** encoding/csv, one record: fields in quotes may hold commas, and quotes twice. */
export const splitCsv = (text: string): readonly string[] | undefined => {
  const fields: string[] = []
  for (let rest = text; ;) {
    const [whole, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^",]*))(?=,|$)/.exec(rest) ?? []
    if (whole === undefined) return undefined
    fields.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    if (whole.length === rest.length) return fields
    rest = rest.slice(whole.length + 1)
  }
}

/** strings.Cut: before and behind the first `separator`; no second part where there is none. */
export const cut = (text: string, separator: string): readonly [string, string | undefined] => {
  const at = text.indexOf(separator)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)]
}
