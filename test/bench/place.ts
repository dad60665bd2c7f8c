/** Where a bench is measured: one lab, and in it three engines of one release that differ in their gate alone. */
import type { Engine } from '../support/engine.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { type Namespace, openNamespace } from '../support/namespace.ts'
import { startNoopGate } from './noop-gate.ts'

export type Place = AsyncDisposable & {
  readonly lab: Lab
  readonly namespace: Namespace
  /** By what stands in front of them. */
  readonly engines: { readonly none: Engine; readonly noop: Engine; readonly ours: Engine }
  /** What the no-op gate is written in. */
  readonly language: string
}

/** What stands in front of the engines, as the table calls it. */
export const names = { none: 'no gate', noop: 'no-op gate', ours: 'gate 1' } as const

export const socketOf = (plugin: string): string => `/run/docker/plugins/${plugin}.sock`

/** With certificates of alice's for all of them. */
export async function openPlace(): Promise<Place> {
  const lab = await startLab()
  try {
    const namespace = openNamespace(lab.record)
    const language = await startNoopGate(namespace, socketOf('noop'))
    const engines = {
      none: await lab.engine({ name: 'none', gate: false }),
      noop: await lab.engine({ name: 'noop', gate: false, options: ['--authorization-plugin=noop'] }),
      ours: await lab.engine({ name: 'ours' }),
    }
    // One certificate for an account at a time is made (src/admin/cert-turn.ts).
    for (const engine of Object.values(engines)) await engine.login('alice')
    return { lab, namespace, engines, language, [Symbol.asyncDispose]: lab.stop }
  } catch (error) {
    await lab.stop()
    throw error
  }
}
