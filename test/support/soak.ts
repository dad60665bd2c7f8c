/**
 * node test/support/soak.ts [REQUESTS]: the gate as its service, asked as an engine asks, 64 requests at a time. Prints how
 * many it answered, how fast, and the least memory it had around 10,000 requests and at the end.
 */
import { startGateService } from './gate-service.ts'
import { startLab } from './lab.ts'
import { askRounds } from './load.ts'

const total = Number(process.argv[2] ?? 100_000)
await using lab = await startLab()
const gate = await startGateService(lab)
await gate.systemctl('start', 'dockerrun-authz.service')
const engine = await lab.engine({ name: 'engine', gate: false, options: ['--authorization-plugin=dockerrun'] })
const rounds = await askRounds(lab, gate, engine, { total, round: 1_000 })
const least = (from: number, to: number) => Math.min(...rounds.slice(from, to).map(({ memory }) => memory))
const wrong = rounds.flatMap((each) => each.wrong)
const seconds = rounds.reduce((sum, each) => sum + each.seconds, 0)
const [early, late] = [least(5, 10), least(-10, rounds.length)]
if (process.env['SOAK_ROUNDS'] !== undefined) process.stdout.write(`${rounds.map(({ memory }) => memory).join(' ')}\n`)
process.stdout.write(
  [
    `${total} requests in ${seconds.toFixed(1)} s, ${wrong.length} lost or wrong${wrong[0] === undefined ? '' : ` (${wrong[0]})`}`,
    `memory ${early} kB after 10,000, ${late} kB at the end: ${((late / early - 1) * 100).toFixed(1)} %`,
    '',
  ].join('\n'),
)
process.exitCode = wrong.length === 0 && late <= early * 1.1 ? 0 : 1
