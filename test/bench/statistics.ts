/** Samples -> medians, and ratios of what was measured in the same round, with their spread. Pure. */
import type { Samples } from './row.ts'

/** The quartiles; half of all values lie between the outer two. */
export type Spread = { readonly lower: number; readonly median: number; readonly upper: number }

export type Statistics = {
  readonly variants: readonly { readonly name: string; readonly spread: Spread; readonly samples: readonly number[] }[]
  /** Of each variant to each one before it. */
  readonly ratios: readonly { readonly of: string; readonly to: string; readonly spread: Spread }[]
}

export function evaluate(samples: Samples): Statistics {
  const variants = [...samples].map(([name, values]) => ({ name, spread: spreadOf(values), samples: values }))
  const ratios = variants.flatMap((later, index) =>
    variants.slice(0, index).map((earlier) => ({
      of: later.name,
      to: earlier.name,
      spread: spreadOf(pairedRatios(later.samples, earlier.samples)),
    })),
  )
  return { variants, ratios }
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

const spreadOf = (values: readonly number[]): Spread => ({
  lower: quantile(values, 0.25),
  median: quantile(values, 0.5),
  upper: quantile(values, 0.75),
})

/** Round by round: what slowed a whole round down is in both. */
const pairedRatios = (values: readonly number[], bases: readonly number[]): readonly number[] =>
  values.map((value, round) => value / (bases[round] ?? Number.NaN))

/** Between two values it is as far as its rank is between theirs. */
function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = (sorted.length - 1) * part
  const below = sorted[Math.floor(rank)] ?? Number.NaN
  const above = sorted[Math.ceil(rank)] ?? Number.NaN
  return below + (above - below) * (rank - Math.floor(rank))
}
