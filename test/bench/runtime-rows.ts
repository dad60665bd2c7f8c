/** What gate 2 costs who runs a container: whole lines of docker's own client, as alice types them. */
import { dockerWords } from '../support/docker.ts'
import type { Lab } from '../support/lab.ts'
import type { Place } from './place.ts'
import type { Row, Rows } from './row.ts'
import { benchReleases, makeBinds, openRuntimePlace, type RuntimePlace, type Side } from './runtime-place.ts'
import { timeProgram } from './stopwatch.ts'

const rounds = { run: 31, exec: 31 } as const
/** A container that others are run in. */
const kept = 'kept'

export async function* runtimeRows({ lab }: Place): Rows {
  const binds = makeBinds(lab)
  for (const release of benchReleases()) {
    await using place = await openRuntimePlace(lab, release)
    yield* rowsWith(lab, place, '', [])
    yield* rowsWith(lab, place, ', 4 binds', binds)
    place.check()
  }
}

async function* rowsWith(lab: Lab, { version, sides }: RuntimePlace, what: string, flags: readonly string[]): Rows {
  const part = `time, engine ${version}`
  const run = (...options: readonly string[]) => ['run', ...dockerWords('ME'), ...flags, ...options]
  const rowOf = (name: string, count: number, words: readonly string[]): Row => ({
    part,
    name: `${name}${what}`,
    unit: 'us',
    rounds: count,
    variants: sides.map((side) => ({ name: side.name, sample: async () => await time(lab, side, words) })),
  })
  for (const network of ['none', 'host'])
    yield rowOf(`docker run, network ${network}`, rounds.run, run('--rm', '--network', network, 'busybox', 'true'))
  const keeping = run('-d', '--name', kept, '--network', 'none', 'busybox', 'sleep', '100000')
  for (const side of sides) await time(lab, side, keeping)
  yield rowOf('docker exec', rounds.exec, ['exec', kept, 'true'])
  for (const { engine } of sides) await engine.api({ method: 'DELETE', path: `/containers/${kept}?force=1` })
}

const time = async (lab: Lab, { engine }: Side, words: readonly string[]): Promise<number> =>
  await timeProgram(lab, [engine.dockerCli, ...words], { as: 'alice', env: engine.env('alice') })
