/** What is shipped: each program is one file that runs without node_modules, on the Node of whoever installs it. */
import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { dirSync, setGracefulCleanup } from 'tmp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const checkout = join(import.meta.dirname, '../..')
const node = process.env['npm_node_execpath'] ?? process.execPath
let folder: { readonly name: string; readonly removeCallback: () => void }

beforeAll(() => {
  setGracefulCleanup()
  folder = dirSync({ unsafeCleanup: true })
  for (const part of ['bin', 'dist', 'entrypoint', 'package.json'])
    cpSync(join(checkout, part), join(folder.name, part), { recursive: true })
})
afterAll(() => folder.removeCallback())

describe.for(Object.keys(manifest.bin))('%s', (program) => {
  const run = (...argv: readonly string[]) =>
    execFileSync(node, [join(folder.name, 'bin', program), ...argv], { encoding: 'utf8', cwd: '/' })

  it('tells its version', () => {
    expect(run('--version')).toContain(manifest.version)
  })

  it('tells its use', () => {
    expect(run('--help')).toMatch(new RegExp(`usage:? +${program}|${program} `, 'i'))
  })
})
