/** Results -> one table of text. Pure. A median per variant, and each ratio as `median (lower quartile to upper quartile)`. */
import type { Row, Unit } from './row.ts'
import type { Spread, Statistics } from './statistics.ts'

export type Result = Pick<Row, 'part' | 'name' | 'unit' | 'rounds'> & Statistics

export function formatTable(results: readonly Result[]): string {
  const parts = Map.groupBy(results, ({ part }) => part)
  return [...parts.values()].map((part) => `${formatPart(part)}\n`).join('\n')
}

function formatPart(results: readonly Result[]): string {
  const lines = [...results.slice(0, 1).map(headingOf), ...results.map(lineOf)]
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
  return lines.map((line) => line.map(pad).join('  ')).join('\n')
}

const headingOf = ({ part, variants, ratios }: Result): readonly string[] => [
  part,
  ...variants.map(({ name }) => name),
  ...ratios.map(({ of, to }) => `${of} : ${to}`),
]

const lineOf = ({ name, unit, rounds, variants, ratios }: Result): readonly string[] => [
  `  ${name}`,
  ...variants.map(({ spread }) => formatValue(spread.median, unit)),
  ...ratios.map(({ spread }) => formatRatio(spread, rounds)),
]

/** Of nothing to nothing there is none. */
const formatRatio = ({ lower, median, upper }: Spread, rounds: number): string =>
  Number.isNaN(median)
    ? ''
    : rounds === 1
      ? median.toFixed(2)
      : `${median.toFixed(2)} (${lower.toFixed(2)} to ${upper.toFixed(2)})`

/** Three digits of it, in its unit or a thousand times that. */
function formatValue(value: number, unit: Unit): string {
  if (unit === '') return String(value)
  const [small, large] = { us: ['us', 'ms'], kB: ['kB', 'MB'] }[unit]
  return value < 1000 ? `${threeDigits(value)} ${small}` : `${threeDigits(value / 1000)} ${large}`
}

const threeDigits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))
