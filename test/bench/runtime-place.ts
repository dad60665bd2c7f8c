/** Where gate 2 is measured: two engines of one release that differ in it alone, and the files of alice's that are bound. */
import { chownSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { entrypointPath, mergeOverlay } from '../../src/contract/overlay.ts'
import type { Engine } from '../support/engine.ts'
import type { Lab } from '../support/lab.ts'
import { checkout } from '../support/packages.ts'
import { defaultRelease, newerRelease, openReleases, type Release } from '../support/releases.ts'
import { alice } from '../support/requests.ts'

/** By what stands between them and their containers, as the table calls it. */
export type Side = { readonly name: string; readonly engine: Engine }

export type RuntimePlace = AsyncDisposable & {
  readonly version: string
  readonly sides: readonly Side[]
  /** Throws unless gate 2 has decided where it is, and nowhere else. */
  readonly check: () => void
}

/** The one the other benches have, and a newer one where a test has unpacked it. */
export const benchReleases = (): readonly Release[] =>
  [...new Set<Release>([defaultRelease, newerRelease])].filter(
    (release) => release === defaultRelease || existsSync(join(openReleases(), release)),
  )

export async function openRuntimePlace(lab: Lab, release: Release): Promise<RuntimePlace> {
  const sides = [
    { name: 'gate 1', engine: await lab.engine({ name: `one-${release}`, release, runtime: false }) },
    { name: 'both gates', engine: await lab.engine({ name: `both-${release}`, release }) },
  ]
  const stop = async () => await Promise.all(sides.map(async ({ engine }) => await engine.stop()))
  for (const { engine } of sides) await engine.login(alice.login)
  const answers = await Promise.all(sides.map(async ({ engine }) => (await engine.api({ path: '/version' })).body))
  const [version = ''] = answers.map((body) => (JSON.parse(body) as { Version: string }).Version)
  const check = () => {
    const counts = sides.map(({ engine }) => engine.gate.audit().filter(isRuntimes).length)
    if (counts[0] !== 0 || (counts[1] ?? 0) === 0) throw new Error(`gate 2 was asked ${counts.join(' and ')} times`)
  }
  return { version, sides, check, [Symbol.asyncDispose]: async () => void (await stop()) }
}

const isRuntimes = ({ operation }: Readonly<Record<string, unknown>>): boolean => operation === 'RuntimeCreate'

/** Flags of docker's for the four binds that dockerrun makes: passwd, group, the entrypoint and the home. */
export function makeBinds(lab: Lab): readonly string[] {
  const folder = `${alice.home}/.cache/dockerrun`
  mkdirSync(lab.path(folder), { recursive: true })
  const { passwd, group } = mergeOverlay(alice, undefined, undefined, false)
  writeFileSync(lab.path(`${folder}/passwd`), passwd)
  writeFileSync(lab.path(`${folder}/group`), group)
  mkdirSync(lab.path(`${folder}/entrypoint`), { recursive: true })
  copyFileSync(join(checkout, 'entrypoint/entrypoint.sh'), lab.path(`${folder}/entrypoint/entrypoint.sh`))
  for (const path of ['/.cache', '/.cache/dockerrun', ...files.map(([name]) => `/.cache/dockerrun/${name}`)])
    chownSync(lab.path(`${alice.home}${path}`), alice.uid, alice.gid)
  const readOnly = files.map(([name, target]) => bindOf(`${folder}/${name}`, target, ',readonly,bind-nonrecursive'))
  return [...readOnly, bindOf(alice.home, alice.home)].flatMap((value) => ['--mount', value])
}

const files = [
  ['passwd', '/etc/passwd'],
  ['group', '/etc/group'],
  ['entrypoint', dirname(entrypointPath)],
] as const

const bindOf = (source: string, target: string, rest = ''): string =>
  `type=bind,source=${source},target=${target}${rest}`
