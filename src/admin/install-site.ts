/** What install must know of a host before it changes anything, and when it must not. */
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { runProgram } from '../host/processes.ts'
import { dropInName, findEngineLine, unitFolders, withoutHosts } from './engine-unit.ts'
import { readFound } from './installed.ts'

const programs = ['/usr/bin/dockerd', '/usr/sbin/dockerd'] as const

/** How the engine's unit starts it, without hosts; where there is no unit, dockerd alone. */
export async function readEngineLine(root: string, unit: string): Promise<string> {
  const folders = unitFolders.map((folder) => join(folder, `${unit}.d`))
  // Of two drop-ins with one name the one in the folder that is named first counts; all together are read by name.
  const found = folders.flatMap((folder) =>
    namesIn(join(root, folder)).map((name) => ({ name, path: join(folder, name) })),
  )
  const dropIns = new Map(found.toReversed().map(({ name, path }) => [name, path]))
  dropIns.delete(dropInName)
  const main = unitFolders.map((folder) => join(folder, unit)).find((path) => existsSync(join(root, path)))
  const paths = [...(main === undefined ? [] : [main]), ...[...dropIns].toSorted(byName).map(([, path]) => path)]
  const texts = await Promise.all(paths.map(async (path) => (await readFound(root, path))?.text ?? ''))
  const line = findEngineLine(texts)
  return line === undefined
    ? (programs.find((path) => existsSync(join(root, path))) ?? programs[0])
    : withoutHosts(line)
}

const byName = ([one]: readonly [string, string], [other]: readonly [string, string]): number => (one < other ? -1 : 1)
const namesIn = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.conf')) : []

/** sudo ends working for everybody with a file of rules that it cannot read. */
export async function demandSudoers(text: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'dockerrun-'))
  try {
    await writeFile(join(folder, 'rule'), text, { mode: 0o440 })
    const { status } = await runProgram('visudo', ['-cqf', join(folder, 'rule')])
    if (status !== 0 && status !== undefined)
      throw new Failure('settings', 'visudo does not take the sudo rule', {
        hint: 'see it: dockerrunctl install --dry-run',
      })
  } finally {
    await rm(folder, { recursive: true })
  }
}
