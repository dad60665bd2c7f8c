/**
 * npm run bench: what the clients cost, beside docker's own; what gate 1 costs, against an engine without a gate and one whose gate
 * does nothing; and what gate 2 costs besides. A table on stdout, the same and all samples in .lab/bench.json, progress on stderr.
 * `npm run bench -- client` measures the clients alone, `-- idle` the gaps that no other does. It judges nothing: a machine's
 * times are its own.
 */
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { checkout } from '../support/packages.ts'
import { buildNative } from '../support/native.ts'
import { callRows } from './call-rows.ts'
import { clientRows } from './client-rows.ts'
import { growthRows } from './growth-rows.ts'
import { idleRows } from './idle-rows.ts'
import { memoryRows } from './memory-rows.ts'
import { openPlace, type Place } from './place.ts'
import { type Rows, takeTurns } from './row.ts'
import { runtimeRows } from './runtime-rows.ts'
import { evaluate } from './statistics.ts'
import { formatTable, type Result } from './table.ts'

/** In the order in which they are measured: memory is that after the calls. */
const benches: Readonly<Record<string, (place: Place) => Rows>> = {
  calls: callRows,
  memory: memoryRows,
  growth: growthRows,
  runtime: runtimeRows,
  client: clientRows,
  idle: idleRows,
}
/** Only where it is asked for: it waits for minutes, and finds nothing but a fault. */
const seldom = ['idle']
const usual = Object.keys(benches).filter((name) => !seldom.includes(name))
const wanted = process.argv.length > 2 ? process.argv.slice(2) : usual
const strange = wanted.filter((name) => benches[name] === undefined)
if (strange.length > 0) throw new Error(`no bench is called ${strange.join(', ')}: ${Object.keys(benches).join(', ')}`)

const seconds = () => Math.round(performance.now() / 1000)
const say = (text: string) => void process.stderr.write(`${String(seconds()).padStart(4)} s  ${text}\n`)

if (wanted.includes('client')) buildNative()
const loads = [loadavg()[0]]
say('three engines start')
await using place = await openPlace()
const results: Result[] = []
for (const [, rowsOf] of Object.entries(benches).filter(([name]) => wanted.includes(name)))
  for await (const row of rowsOf(place)) {
    const { part, name, unit, rounds } = row
    say(`${part}: ${name}`)
    results.push({ part, name, unit, rounds, ...evaluate(await takeTurns(row)) })
  }
say('done')
loads.push(loadavg()[0])
const about = [
  `${cpus().length} x ${cpus()[0]?.model ?? 'CPU'}, load ${loads.map((each) => each?.toFixed(1)).join(' before, ')} after`,
  `engine ${await readVersion(place)}, Node ${await readNode(place)}, no-op gate in ${place.language}`,
]
const legend = 'medians; ratios of what was measured in the same round: median (lower to upper quartile)'
writeFileSync(join(checkout, '.lab/bench.json'), `${JSON.stringify({ about, results }, undefined, 2)}\n`)
process.stdout.write([...about, legend, '', formatTable(results)].join('\n'))

async function readVersion({ engines }: Place): Promise<string> {
  return (JSON.parse((await engines.none.api({ path: '/version' })).body) as { Version: string }).Version
}

/** The gates' own. */
async function readNode({ lab }: Place): Promise<string> {
  return (await lab.exec(['node', '--version'])).stdout.trim()
}
