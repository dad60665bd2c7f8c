/** A bind source that is swapped for a link in a tight loop while containers start (M05b). */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { allowAll, plantFault } from '../property/faults.ts'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'

/** Without gate 2 some thirty are enough; it ends at the first. */
const starts = { control: 900, guarded: 200 }

/** One name: now her own folder, now a link to what only bob may pass to, a hundred thousand times a second. */
const swapper = `
  const { mkdirSync, renameSync, symlinkSync, writeFileSync } = require('node:fs')
  process.chdir('/home/alice'); mkdirSync('race'); process.chdir('race')
  mkdirSync('own'); writeFileSync('own/file', 'mine'); symlinkSync('/home/bob/private', 'link')
  for (;;) { renameSync('own', 'spare'); renameSync('link', 'own'); renameSync('own', 'link'); renameSync('spare', 'own') }`

let lab: Lab
let engines: { readonly control: Engine; readonly guarded: Engine }
beforeAll(async () => {
  lab = await startLab()
  // World-readable behind a folder that bars her: what a root that follows links would show.
  await lab.exec([
    'sh',
    '-ec',
    'mkdir /home/bob/private; echo secret >/home/bob/private/file; chown -R 2002:2002 /home/bob',
  ])
  engines = {
    control: await lab.engine({ name: 'control', runtime: false }),
    guarded: await lab.engine({ name: 'guarded' }),
  }
  for (const engine of Object.values(engines)) await engine.login('alice')
})
afterAll(() => lab.stop())

/** What containers saw of a source while it was swapped; gate 1 lets everything pass. */
async function startMany(
  engine: Engine,
  most: number,
  isEnough: (shown: string) => boolean = () => false,
): Promise<ReadonlyMap<string, number>> {
  await using _ = await plantFault(lab, engine, allowAll)
  const loop = lab.spawn(['node', '--eval', swapper], { as: 'alice', cwd: '/' })
  const line = ['docker', 'run', '--rm', '-u', '2001:2001', '--security-opt', 'no-new-privileges', '--network', 'none']
  const mount = ['--mount', 'type=bind,source=/home/alice/race/own,target=/x', 'busybox', 'cat', '/x/file']
  const seen = new Map<string, number>()
  const one = async () => {
    const { stdout } = await lab.exec([...line, ...mount], { as: 'alice', env: engine.env('alice'), cwd: '/' })
    seen.set(stdout.trim(), (seen.get(stdout.trim()) ?? 0) + 1)
  }
  for (let done = 0; done < most && ![...seen.keys()].some(isEnough); done += 5)
    await Promise.all(Array.from({ length: 5 }, one))
  await loop.signal('SIGKILL')
  await lab.exec(['rm', '-rf', '/home/alice/race'])
  return seen
}

it("without gate 2, what lies behind another user's folder is shown now and then", { timeout: 200_000 }, async () => {
  const seen = await startMany(engines.control, starts.control, (shown) => shown === 'secret')
  process.stderr.write(`without gate 2: ${JSON.stringify([...seen])}\n`)
  expect(seen.get('secret') ?? 0).toBeGreaterThan(0)
})

it('with gate 2 alone, it never is, and her own folder still can be', { timeout: 200_000 }, async () => {
  const seen = await startMany(engines.guarded, starts.guarded)
  process.stderr.write(`with gate 2 alone: ${JSON.stringify([...seen])}\n`)
  expect(seen.get('secret') ?? 0).toBe(0)
  expect(seen.get('mine') ?? 0).toBeGreaterThan(0)
})
