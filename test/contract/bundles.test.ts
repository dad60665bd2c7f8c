/** What is shipped: each program is one file that runs without node_modules, on the Node of whoever installs it. */
import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { makeFolder } from '../support/folder.ts'

const checkout = join(import.meta.dirname, '../..')
const node = process.env['npm_node_execpath'] ?? process.execPath
let folder: ReturnType<typeof makeFolder>

beforeAll(() => {
  folder = makeFolder()
  for (const part of ['bin', 'dist', 'entrypoint', 'package.json'])
    cpSync(join(checkout, part), join(folder.path, part), { recursive: true })
})
afterAll(() => folder[Symbol.dispose]())

describe.for(Object.keys(manifest.bin))('%s', (program) => {
  const run = (...argv: readonly string[]) =>
    execFileSync(node, [join(folder.path, 'bin', program), ...argv], { encoding: 'utf8', cwd: '/' })

  it('tells its version', () => {
    expect(run('--version')).toContain(manifest.version)
  })

  it('tells its use', () => {
    expect(run('--help')).toMatch(new RegExp(`usage:? +${program}|${program} `, 'i'))
  })
})

describe('the package', () => {
  it('holds the programs, their launchers, the entrypoint and the man pages, and nothing else', () => {
    const line = ['pack', '--dry-run', '--json', '--ignore-scripts']
    const told = execFileSync('npm', line, { encoding: 'utf8', cwd: checkout, stdio: ['ignore', 'pipe', 'ignore'] })
    const [{ files } = { files: [] }] = JSON.parse(told) as readonly { readonly files: readonly { path: string }[] }[]
    const wanted = [
      'LICENSE',
      'README.md',
      'package.json',
      'bin/package.json',
      'entrypoint/entrypoint.sh',
      ...manifest.man,
      'dist/dockerrun-completion.cjs',
      'dist/dockerrun-config.cjs',
      'dist/dockerrun-look.cjs',
      'dist/dockerrun-runtime',
      'dist/licenses.txt',
      ...Object.keys(manifest.bin).flatMap((program) => [`bin/${program}`, `dist/${program}.cjs`]),
    ]
    expect(files.map(({ path }) => path).sort()).toEqual(wanted.sort())
  })

  it('has a man page for each program', () => {
    const pages = manifest.man.flatMap((page) => /^man\/(.+)\.[18]$/.exec(page)?.[1] ?? [])
    // Engines run it, where daemon.json says it lies: it is no command.
    expect(pages.sort()).toEqual([...Object.keys(manifest.bin), 'dockerrun-runtime'].sort())
  })
})
