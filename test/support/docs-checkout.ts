/**
 * A checkout as a reader of the README has it, in a folder of its own, beside a demo that may run in ours: what npm and apt
 * have fetched into ours is shared. And the demos it starts, as the accounts in them see them.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Stage } from './docs.ts'
import { keepShells, openShellAt, writeAt, type Place } from './docs-place.ts'
import { openShell } from './docs-shell.ts'
import { openNamespace, type NamespaceRecord } from './namespace.ts'
import { checkout } from './packages.ts'

/** What git has of it, and what is fetched. */
const parts = ['bin', 'dist', 'entrypoint', 'man', 'src', 'test', 'package.json', 'package-lock.json', '.npmrc']
const fetched = ['packages', 'busybox.tar', 'releases']

/** `runs: checkout` is root's shell there; `runs: demo` and `runs: remapped` are the two demos. */
export function openCheckout(): Stage & AsyncDisposable {
  const folder = mkdtempSync(join(tmpdir(), 'dockerrun-docs-'))
  for (const part of parts)
    cpSync(join(checkout, part), join(folder, part), { recursive: true, preserveTimestamps: true })
  mkdirSync(join(folder, '.lab'))
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'))
  for (const part of fetched) symlinkSync(join(checkout, '.lab', part), join(folder, '.lab', part))

  const readState = (name: string) =>
    JSON.parse(readFileSync(join(folder, '.lab', name, 'state.json'), 'utf8')) as {
      readonly record: NamespaceRecord
      readonly env: Readonly<Record<string, string>>
    }
  const demoAt = (place: string): Place => {
    const { record, env } = readState(place === 'demo' ? 'demo' : 'demo-remapped')
    return { namespace: openNamespace(record), bash: ['bash', '--norc'], env }
  }
  const { shell, close } = keepShells(async (who, place) => {
    if (place !== 'checkout') return await openShellAt(demoAt(place), who)
    const pipe = join(folder, '.lab', `shell-${who}`)
    execFileSync('mkfifo', [pipe])
    const path = [join(checkout, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter)
    const enter = (argv: readonly string[]) =>
      [
        'setpriv',
        '--pdeathsig',
        'HUP',
        'env',
        '-C',
        folder,
        `PATH=${path}`,
        'npm_config_progress=false',
        ...argv,
      ] as const
    return openShell(enter, { bash: ['bash', '--norc'], pipe, from: pipe })
  })

  return {
    shell,
    write: (path, text, place) => writeAt(demoAt(place), path, text),
    [Symbol.asyncDispose]: async () => {
      await close()
      for (const name of ['demo', 'demo-remapped'])
        if (existsSync(join(folder, '.lab', name, 'state.json'))) await openNamespace(readState(name).record).stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
