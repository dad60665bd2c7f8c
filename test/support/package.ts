/** The packages as a maintainer makes them, in a copy of the checkout; and a whole Debian to install one in. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { dirSync, setGracefulCleanup } from 'tmp'
import { makeDebianTar } from './debian.ts'
import type { Namespace } from './namespace.ts'
import { checkout } from './packages.ts'
import { execProgram, type Outcome } from './program.ts'

/** What a build reads; what was built is not among it. */
const sources =
  'bin entrypoint man src test/support/build.sh test/support/licenses.ts test/support/package*.sh *.md LICENSE package.json package-lock.json'

/** A folder beside node_modules, where those of a copy cost no room, gone as soon as we are. */
export const makeBuildFolder = (): Disposable & { readonly path: string } => {
  setGracefulCleanup()
  const tmpdir = join(checkout, '.lab')
  const { name, removeCallback } = dirSync({ tmpdir, prefix: 'package', unsafeCleanup: true })
  return { path: name, [Symbol.dispose]: removeCallback }
}

/**
 * A copy of `from` in `to`, made with this umask, and so with modes of its own. node_modules are linked file by file: esbuild
 * writes into a bundle where its parts lie, seen from the checkout.
 */
export const copySources = (from: string, to: string, umask: string): void => {
  const script = `umask "$1" && mkdir -p "$2" && cp -R --parents ${sources} "$2/" && cp -al "$3/node_modules/." "$2/node_modules"`
  const { status, stderr } = spawnSync('sh', ['-c', script, 'sh', umask, to, checkout], { cwd: from, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

export type Packages = { readonly folder: string; readonly tarball: string; readonly debian: string }

/** Builds all anew, with this umask, into packages/. */
export const makePackages = async (sourcesIn: string, umask: string): Promise<Packages> => {
  const env = { ...process.env, PATH: `${join(checkout, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` }
  const script = 'umask "$1"; sh test/support/build.sh && sh test/support/package.sh'
  await promisify(execFile)('sh', ['-c', script, 'sh', umask], { cwd: sourcesIn, env })
  const folder = join(sourcesIn, 'packages')
  const find = (end: string) => join(folder, readdirSync(folder).find((name) => name.endsWith(end)) ?? end)
  return { folder, tarball: find('.tgz'), debian: find('.deb') }
}

export type DebianHost = {
  readonly exec: (argv: readonly string[]) => Promise<Outcome>
  /** The command line that runs something there, for services of the lab. */
  readonly line: (argv: readonly string[]) => readonly string[]
  /** A path there, for reading and writing it from here. */
  readonly path: (inside: string) => string
  /** All files, links and folders with mode, owner and size, but what dpkg writes about its own work. */
  readonly listing: () => Promise<string>
}

/** In memory, in a lab: gone with it. It has no engine, no systemd, no Node and no man pages. */
export const openDebianHost = async (lab: Namespace): Promise<DebianHost> => {
  const root = '/srv/debian'
  const tar = makeDebianTar()
  mkdirSync(lab.path(root))
  const { status, stderr } = spawnSync('tar', ['-C', lab.path(root), '-xf', tar], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  // Its own folders, which the image is made without, would be left behind as dpkg's.
  const script = `cd ${root} && mkdir -p usr/share/man/man1 usr/share/man/man5 usr/share/man/man8 usr/share/doc package &&
    chmod 755 . && mount -t proc proc proc && mount --rbind /dev dev`
  const made = await execProgram(lab, ['sh', '-c', script])
  if (made.status !== 0) throw new Error(made.stderr)
  const line = (argv: readonly string[]) => ['chroot', root, ...argv]
  const exec = async (argv: readonly string[]) => await execProgram(lab, line(argv))
  const noise = ['/var/lib/dpkg', '/var/log/dpkg.log', '/package'].map((path) => `-path ${path} -prune -o`)
  const list = `find / -xdev ${noise.join(' ')} -type d -printf '%p %m %U %G\\n' -o -printf '%p %m %U %G %s %l\\n' | sort`
  return {
    exec,
    line,
    path: (inside) => lab.path(root + inside),
    listing: async () => (await exec(['sh', '-c', list])).stdout,
  }
}
