/** A program inside a lab that answers each line of JSON with another, in any order. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Lab } from '../support/lab.ts'
import type { ProgramOptions } from '../support/program.ts'

export type Talk<In extends object, Out> = AsyncDisposable & { readonly ask: (question: In) => Promise<Out> }

export function openTalk<In extends object, Out>(lab: Lab, script: string, options: ProgramOptions): Talk<In, Out> {
  const program = readFileSync(join(import.meta.dirname, script), 'utf8')
  const { child, done } = lab.spawn(['node', '--eval', program], options)
  const waiting = new Map<number, { resolve: (answer: Out) => void; reject: (error: Error) => void }>()
  let asked = 0
  let ended: string | undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as Out & { id: number }
    waiting.get(answer.id)?.resolve(answer)
    waiting.delete(answer.id)
  })
  const isOver = done.then(({ stderr }) => {
    ended = `${script} has ended: ${stderr}`
    for (const { reject } of waiting.values()) reject(new Error(ended))
    return ended
  })
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(new Error(ended))
        const id = asked++
        waiting.set(id, { resolve, reject })
        child.stdin.write(`${JSON.stringify({ ...question, id })}\n`)
      }),
    [Symbol.asyncDispose]: async () => {
      child.stdin.end()
      await isOver
    },
  }
}

export type Call = { readonly method: string; readonly path: string; readonly body: string }
export type Answer = { readonly status: number; readonly body: string }
export type Deed = {
  readonly verb: 'look' | 'make' | 'file' | 'remove' | 'link'
  readonly path: string
  readonly to?: string
}
/** No `ino`: she does not see it. `reads`: she could open it. */
export type Sight = {
  readonly dev?: number
  readonly ino?: number
  readonly uid?: number
  readonly mode?: number
  readonly reads?: boolean
}
