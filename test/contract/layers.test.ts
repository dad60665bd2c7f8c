/** Who may import whom (STYLE 1). A file that breaks the table is named. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { it } from 'vitest'

const src = join(import.meta.dirname, '../../src')
const mayImport: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  policy: ['contract'],
  plugin: ['contract', 'policy', 'host', 'runtime'],
  runtime: ['contract', 'policy', 'host'],
  admin: ['contract', 'policy', 'host'],
  client: ['contract', 'host'],
  host: ['contract'],
  cli: ['contract', 'policy', 'plugin', 'admin', 'client', 'host'],
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const imports = files.flatMap((file) =>
  [...readFileSync(join(src, file), 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, target = '']) => ({
    file,
    target: relative(src, join(src, dirname(file), target)),
  })),
)
const layer = (file: string) => file.split('/')[0] ?? ''

it.for(
  imports.filter(
    ({ file, target }) => layer(file) !== layer(target) && target !== 'failure.ts' && target !== '../package.json',
  ),
)('$file may import $target', ({ file, target }, { expect }) => {
  expect(mayImport[layer(file)]).toContain(layer(target))
})

it('no file is longer than 300 lines', ({ expect }) => {
  expect(files.filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 301)).toEqual([])
})

it('dockerode is imported by host/engine.ts alone', ({ expect }) => {
  expect(files.filter((file) => /from 'dockerode'/.test(readFileSync(join(src, file), 'utf8')))).toEqual([
    'host/engine.ts',
  ])
})

it.for(['contract', 'policy'])('%s is pure: it imports nothing of Node', (name, { expect }) => {
  const impure = files.filter(
    (file) => layer(file) === name && /from 'node:/.test(readFileSync(join(src, file), 'utf8')),
  )
  expect(impure).toEqual([])
})
