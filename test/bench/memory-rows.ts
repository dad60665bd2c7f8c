/** What the gates hold of memory after all the calls (VmRSS). */
import { findChildren, findProcess, readResident } from './memory.ts'
import { names, type Place, socketOf } from './place.ts'
import type { Rows } from './row.ts'

export async function* memoryRows({ namespace }: Place): Rows {
  const residentOf = (plugin: string) => readResident(namespace, findProcess(namespace, socketOf(plugin)))
  /** The process that will look at the next bind sources, which the gate starts ahead. */
  const ahead = () =>
    findChildren(namespace, findProcess(namespace, socketOf('gate-ours')))
      .map((pid) => readResident(namespace, pid))
      .reduce((sum, each) => sum + each, 0)
  yield {
    part: 'memory',
    name: 'after these calls',
    unit: 'kB',
    rounds: 1,
    variants: [
      { name: names.noop, sample: async () => residentOf('noop') },
      { name: names.ours, sample: async () => residentOf('gate-ours') },
      { name: 'and its next look', sample: async () => residentOf('gate-ours') + ahead() },
    ],
  }
}
