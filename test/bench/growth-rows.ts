/** What a decision of gate 1 costs as there is more to know: it should be the same. */
import type { ContainerRecord } from '../../src/policy/facts.ts'
import { alice, type Asker, makeMember, policyOf, questionsOf, recordFor, recordsOf } from './growth-contents.ts'
import { type GrowthGate, startGrowthGate } from './growth-gate.ts'
import type { Place } from './place.ts'
import type { Row, Rows } from './row.ts'

/** One size of what grows: the gate that has it, and who asks. */
type Size = { readonly name: string; readonly gate: GrowthGate; readonly asker: Asker }
type Content = { readonly policy?: string; readonly records: readonly ContainerRecord[] }

const rounds = 9
const sizes = [10, 1_000, 10_000] as const
const groupSizes = [10, 1_000] as const

export async function* growthRows(place: Place): Rows {
  yield* gateRows(place, 'records of containers', (size) => ({ records: recordsOf(size) }))
  yield* gateRows(place, 'rules for users', (size) => ({ policy: policyOf(size), records: recordsOf(1) }))
  yield* groupRows(place)
}

/** A gate for each size, side by side. */
async function* gateRows(place: Place, what: string, contentOf: (size: number) => Content): Rows {
  const part = `decisions, by ${what}`
  const all: Size[] = []
  try {
    for (const size of sizes) {
      const gate = await startGrowthGate(place, { name: `${what.replaceAll(' ', '-')}-${size}`, ...contentOf(size) })
      all.push({ name: nameOf(size), gate, asker: alice })
    }
    yield* decisionRows(part, all)
    const once = { part, rounds: 1 }
    yield { ...once, name: 'from its start to its first answer', unit: 'us', variants: variantsOf(all, startTimeOf) }
    yield { ...once, name: 'memory of the gate', unit: 'kB', variants: variantsOf(all, residentOf) }
  } finally {
    for (const { gate } of all) await gate[Symbol.asyncDispose]()
  }
}

/** Accounts of all sizes ask one gate. */
async function* groupRows(place: Place): Rows {
  const askers: Asker[] = []
  for (const size of groupSizes) askers.push(await makeMember(place, size))
  await using gate = await startGrowthGate(place, { name: 'groups-of-an-account', records: askers.map(recordFor) })
  const all = askers.map((asker) => ({ name: nameOf(asker.groups.length), gate, asker }))
  yield* decisionRows('decisions, by groups of an account', all)
}

function* decisionRows(part: string, all: readonly Size[]): Generator<Row> {
  for (const name of Object.keys(questionsOf(alice))) {
    const decide = async ({ gate, asker }: Size) => {
      const question = questionsOf(asker)[name]
      if (question === undefined) throw new Error(`no question is called ${name}`)
      return await gate.decide(question)
    }
    yield { part, name, unit: 'us', rounds, variants: variantsOf(all, decide) }
  }
}

const variantsOf = (all: readonly Size[], measure: (size: Size) => Promise<number>): Row['variants'] =>
  all.map((size) => ({ name: size.name, sample: async () => await measure(size) }))

const startTimeOf = async ({ gate }: Size): Promise<number> => gate.startTime
const residentOf = async ({ gate }: Size): Promise<number> => gate.resident()
const nameOf = (size: number): string => size.toLocaleString('en')
