/** What a bench is made of: rows, each with variants that are measured turn about, so that the noise of a machine hits all alike. */

/** Microseconds, kilobytes, or how many. */
export type Unit = 'us' | 'kB' | ''

export type Variant = {
  readonly name: string
  /** Measures once. Throws where something else was measured than was meant. */
  readonly sample: () => Promise<number>
}

export type Row = {
  /** The part of the table it stands in. Neighbours in one part have the same variants. */
  readonly part: string
  readonly name: string
  readonly unit: Unit
  /** How often each variant is measured. */
  readonly rounds: number
  readonly variants: readonly Variant[]
}

/** Rows that set up what they need when they are asked for, and tear it down when they are over. */
export type Rows = AsyncGenerator<Row, void, undefined>

/** By variant the samples of all rounds; the n-th of each belong together. */
export type Samples = ReadonlyMap<string, readonly number[]>

/** Each round begins with another variant. One before the first warms up, and does not count. */
export async function takeTurns({ rounds, variants }: Row): Promise<Samples> {
  const samples = new Map(variants.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round <= rounds; round++) {
    const first = round % variants.length
    for (const { name, sample } of [...variants.slice(first), ...variants.slice(0, first)]) {
      const value = await sample()
      if (round > 0) samples.get(name)?.push(value)
    }
  }
  return samples
}
