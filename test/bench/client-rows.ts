/** What the clients themselves cost: on a stub of an engine that answers at once, and then on real engines. */
import { chmodSync } from 'node:fs'
import { dockerWords } from '../support/docker.ts'
import type { Lab } from '../support/lab.ts'
import { type Client, clientsOf } from './clients.ts'
import { installMaxResident, readMaxResident } from './max-resident.ts'
import type { Place } from './place.ts'
import type { Row, Rows } from './row.ts'
import { timeProgram } from './stopwatch.ts'
import { startStub, type Way } from './stub.ts'

export async function* clientRows(place: Place): Rows {
  yield* stubRows(place)
  yield* engineRows(place)
}

type Words = readonly string[]
type Measure = (client: Client) => { readonly argv: Words; readonly env: Way['env']; readonly status?: number }

/** One sample is of some runs, where a run is short. */
const rowOf = (lab: Lab, clients: readonly Client[], part: string, name: string, times: number, of: Measure): Row => ({
  part,
  name,
  unit: 'us',
  rounds: 15,
  variants: clients.map((client) => ({
    name: client.name,
    sample: async () => {
      const { argv, env, status = 0 } = of(client)
      return await timeProgram(lab, argv, { as: 'alice', env, status, times })
    },
  })),
})

async function* stubRows({ lab, engines }: Place): Rows {
  await using stub = await startStub(lab, engines.none)
  const clients = clientsOf(engines.none)
  const { env } = stub.unix
  const [starting, whole] = ['start of a client', 'whole run, stub engine']
  yield rowOf(lab, clients, starting, '--version', 3, ({ version: argv }) => ({ argv, env }))
  yield rowOf(lab, clients, starting, '--help', 3, ({ help: argv }) => ({ argv, env }))
  yield rowOf(lab, clients, starting, 'one question', 3, ({ first }) => ({ ...first, env }))
  for (const way of [stub.unix, stub.tls, stub.slow]) {
    yield rowOf(lab, clients, whole, `run, ${way.name}`, 2, (client) => ({ argv: client.run(), env: way.env }))
    yield rowOf(lab, clients, whole, `exec, ${way.name}`, 2, (client) => ({ argv: client.exec('kept'), env: way.env }))
  }
  installMaxResident(lab)
  const lines: readonly (readonly [string, (client: Client) => Words])[] = [
    ['--version', ({ version }) => version],
    ['run, TLS', (client) => client.run()],
    ['exec, TLS', (client) => client.exec('kept')],
  ]
  for (const [name, argv] of lines)
    yield {
      part: 'largest resident set',
      name,
      unit: 'kB',
      rounds: 7,
      variants: clients.map((client) => ({
        name: client.name,
        sample: async () => await readMaxResident(lab, argv(client), { as: 'alice', env: stub.tls.env }),
      })),
    }
}

const network = ['--network', 'none']
/** A container that others are run in. */
const kept = 'kept'

/** docker's client is on the engine without gates in every row. */
async function* engineRows({ lab, engines: { none, ours } }: Place): Rows {
  const clients = clientsOf(none)
  chmodSync(lab.path(none.socket), 0o666)
  const unix = { DOCKER_HOST: `unix://${none.socket}` }
  const tls = none.env('alice')
  const gated = ({ name }: Client) => (name === 'docker' ? tls : ours.env('alice'))
  const part = 'whole run, real engine'
  const row = (name: string, of: Measure) => rowOf(lab, clients, part, name, 1, of)
  yield row('run, unix, no gates, same flags', (client) => ({ argv: client.plainRun(...network), env: unix }))
  yield row('run, TLS, no gates, same flags', (client) => ({ argv: client.plainRun(...network), env: tls }))
  yield row('run, TLS, ours with both gates, names and home', (client) => ({
    argv: client.run(...network),
    env: gated(client),
  }))
  const keep = dockerWords(`run -d --name ${kept} ME --network none busybox sleep 100000`)
  for (const engine of [none, ours])
    await timeProgram(lab, [engine.dockerCli, ...keep], { as: 'alice', env: engine.env('alice') })
  yield row('exec, TLS, no gates', (client) => ({ argv: client.exec(kept), env: tls }))
  yield row('exec, TLS, ours with both gates', (client) => ({ argv: client.exec(kept), env: gated(client) }))
  for (const engine of [none, ours]) await engine.api({ method: 'DELETE', path: `/containers/${kept}?force=1` })
}
