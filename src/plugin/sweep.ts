/** Forgets containers, networks and volumes that are gone without a call that said so: --rm, prune, an engine's reset. */
import type { Engine } from '../host/engine.ts'
import type { NamedKind, Records } from './records.ts'

const kinds: readonly NamedKind[] = ['container', 'network', 'volume']

/** The lists are asked for after the records were listed, so no new thing is missed. */
export async function sweepRecords({
  engine,
  records,
  now,
}: {
  readonly engine: Pick<Engine, 'list'>
  readonly records: Records
  readonly now: () => number
}): Promise<void> {
  for (const kind of kinds) {
    const recorded = records.ids(kind)
    if (recorded.length === 0) continue
    const living = await engine.list(kind)
    for (const id of recorded) if (!living.has(id)) records.drop(kind, id, now())
  }
}
