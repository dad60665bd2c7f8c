/** Engines of newer Debian releases, which a lab can have beside the machine's own. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Namespace } from './namespace.ts'
import { checkout, readPackages } from './packages.ts'

/** `own` is the machine's. */
export type Release = 'own' | NewerRelease
type NewerRelease = keyof typeof newerPackages

/** dockerd and containerd run with the machine's libc. runc wants a newer one, and the libseccomp it was built with. */
const engine = ['docker.io', 'docker-cli', 'containerd', 'runc', 'libseccomp2', 'libc6'] as const

const newerPackages = {
  /** Engine 26.1, runc 1.1.15. A stable release: the same tomorrow, but for security fixes. */
  trixie: [...engine, 'tini'],
  /** Engine 28.5, runc 1.3 when this was written. Changes daily, so nothing that must always pass may depend on it. */
  sid: [...engine, 'tini-static'],
} as const satisfies Record<string, readonly string[]>

const parseRelease = (name: string): Release => {
  if (name === 'own' || name === 'trixie' || name === 'sid') return name
  throw new Error(`ENGINE_RELEASE=${name}: no such engine here; own, trixie or sid`)
}

/** What a test runs on that names no release: ENGINE_RELEASE=trixie tries all of them on that one. */
export const defaultRelease: Release = parseRelease(process.env['ENGINE_RELEASE'] ?? 'own')

/** What tests take that want a newer engine than Debian 12's. */
export const newerRelease: NewerRelease = defaultRelease === 'own' ? 'trixie' : defaultRelease

const inside = '/usr/local/lib/releases'

/** The folder of all that are unpacked. A lab has it from its start, whatever comes into it later. */
export const openReleases = (): string => {
  const folder = join(checkout, '.lab', 'releases')
  mkdirSync(folder, { recursive: true })
  return folder
}

/** The folders inside a lab where an engine finds its programs, and no other engine's. Unpacks what is not there yet. */
export const readProgramFolders = (release: Release): readonly string[] => {
  const own = '/usr/local/lib/engine/usr'
  if (release === 'own') return [`${own}/sbin`, `${own}/bin`]
  const folder = readPackages(newerPackages[release], join(openReleases(), release), release)
  patchRunc(folder, `${inside}/${release}`)
  return ['patched', 'usr/sbin', 'usr/bin'].map((each) => `${inside}/${release}/${each}`)
}

/** docker's own client of a newer release, to be run outside of a lab. */
export const readClient = (release: NewerRelease): string =>
  join(readPackages(newerPackages[release], join(openReleases(), release), release), 'usr/bin/docker')

/** A program of an engine's: a path inside. */
export const findProgram = (lab: Namespace, folders: readonly string[], name: string): string => {
  const found = folders.map((folder) => `${folder}/${name}`).find((path) => existsSync(lab.path(path)))
  if (found === undefined) throw new Error(`no ${name} in ${folders.join(':')}`)
  return found
}

/**
 * runc that loads its own release's libraries from where a lab has them. Not by way of `ld.so runc`: runc starts itself
 * again as /proc/self/exe, which would be ld.so then.
 */
const patchRunc = (folder: string, place: string): void => {
  const patched = join(folder, 'patched', 'runc')
  if (existsSync(patched)) return
  mkdirSync(join(folder, 'patched'), { recursive: true })
  const libraries = readdirSync(join(folder, 'usr/lib')).find((name) => name.includes('-linux-gnu')) ?? ''
  const from = join(folder, 'usr/sbin/runc')
  const loader = basename(patchelf('--print-interpreter', from))
  const path = `${place}/usr/lib/${libraries}`
  // By rename: another run that does the same at this moment finds it whole.
  const made = `${patched}.${process.pid}`
  patchelf('--set-interpreter', `${path}/${loader}`, '--set-rpath', path, '--output', made, from)
  renameSync(made, patched)
}

const patchelf = (...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(join(readPackages(), 'usr/bin/patchelf'), args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`patchelf ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}
