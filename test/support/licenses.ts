/** licenses.ts METAFILE...: the licences of what esbuild has put into the bundles, as their authors ask it of whoever passes them on. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

type Metafile = { readonly inputs: Readonly<Record<string, unknown>> }

const inputs = process.argv
  .slice(2)
  .flatMap((file) => Object.keys((JSON.parse(readFileSync(file, 'utf8')) as Metafile).inputs))
const folders = new Set(inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []))

for (const folder of [...folders].toSorted()) {
  const { name, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>
  const file = readdirSync(folder).find((each) => /^(?:licen[cs]e|copying)/i.test(each))
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
  process.stdout.write(`${'='.repeat(72)}\n${String(name)} (${String(license)})\n${text}\n`)
}
