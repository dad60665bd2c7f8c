/** Runs the code blocks of a document in order, as its reader would, and compares what is shown. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Block, isRun, readBlocks } from './code-blocks.ts'
import type { Shell } from './docs-shell.ts'
import { isSeen, readTranscript } from './docs-transcript.ts'
import { checkout } from './packages.ts'

/** Where blocks run. */
export type Stage = {
  /** The shell of a login, or of root, at a place (`runs:`); the same one each time. */
  readonly shell: (who: string, place: string) => Promise<Shell>
  /** Puts a block with `file:` there. */
  readonly write: (path: string, text: string, place: string) => Promise<void>
}

export const readDocument = (name: string): readonly Block[] => readBlocks(readFileSync(join(checkout, name), 'utf8'))

/** A test for each block that does something, in the document's order. */
export function itRuns(name: string, stage: () => Stage): void {
  const blocks = readDocument(name).filter((block) => isRun(block) || block.file !== undefined)
  it.for(blocks.map((block) => ({ block, title: `${name}:${block.line}: ${firstLine(block)}` })))(
    '$title',
    async ({ block }) => await play(block, stage()),
  )
}

const firstLine = ({ text }: Block): string => text.split('\n')[0] ?? ''

async function play(block: Block, stage: Stage): Promise<void> {
  const place = block.runs ?? 'host'
  if (block.file !== undefined) await stage.write(block.file, `${block.text}\n`, place)
  else if (block.language === 'sh') await playScript(block, await stage.shell(whoAt(place), place))
  else
    for (const { who, command, typed, seen } of readTranscript(block.text)) {
      const { shown } = await (await stage.shell(who, place)).run(command, typed)
      if (!isSeen(seen, shown)) expect(`${command}\n${shown}`).toBe(`${command}\n${seen.join('\n')}\n`)
    }
}

/** Commands without a prompt are root's on a host and in a checkout, and a user's elsewhere. */
const whoAt = (place: string): string => (place === 'host' || place === 'checkout' ? 'root' : 'ada')

/** Every command of it ends well, and has nothing to read. */
async function playScript({ text }: Block, shell: Shell): Promise<void> {
  const { status, shown } = await shell.run(
    `__failed=0; set -E; trap '__failed=$?; echo "failed: $BASH_COMMAND" >&2' ERR\n{\n${text}\n} </dev/null\ntrap - ERR; (exit $__failed)`,
  )
  expect({ status, shown: status === 0 ? '' : shown }).toEqual({ status: 0, shown: '' })
}
