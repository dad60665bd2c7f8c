/** An ordinary user's program inside a lab that calls an engine with a certificate, and says how long that took (caller.cjs). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Engine } from '../support/engine.ts'
import type { Lab } from '../support/lab.ts'

export type Batch = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
  readonly calls: number
  readonly concurrency: number
}

export type BatchAnswer = {
  readonly microseconds: number
  /** Each that occurred. */
  readonly statuses: readonly number[]
  readonly ids: readonly string[]
  /** How many connections were opened. */
  readonly connections: number
}

export type Caller = AsyncDisposable & { readonly call: (batch: Batch) => Promise<BatchAnswer> }

export function openCaller(lab: Lab, engine: Engine, as: string): Caller {
  const script = readFileSync(join(import.meta.dirname, 'caller.cjs'), 'utf8')
  const { child, done } = lab.spawn(['node', '--eval', script], { as, env: engine.env(as) })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    call: async (batch) => {
      child.stdin.write(`${JSON.stringify(batch)}\n`)
      const line = await lines.next()
      if (line.done === true) throw new Error(`the calls have ended: ${(await done).stderr}`)
      return JSON.parse(line.value) as BatchAnswer
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end()
      await done
    },
  }
}
