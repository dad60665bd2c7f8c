import { Failure } from '../failure.ts'

/** Which folders a container shows by itself: home, working directory, what site and job name, each at its own path. Pure. */

export type Place = {
  readonly source: string
  readonly target: string
  readonly kind: 'home' | 'cwd' | 'site' | 'job'
  readonly isReadOnly?: boolean
}
/** A folder that the configuration names: /scratch, or /data:ro; or that the job has, such as TMPDIR. */
export type Site = { readonly path: string; readonly isReadOnly: boolean; readonly kind?: 'job' }
export type OwnPlaces = { readonly places: readonly Place[]; readonly workdir: string | undefined }

/** What an image is made of, and what the kernel and the engine put there: the host's over them would break it, at any depth. */
const core = ['/bin', '/boot', '/dev', '/etc', '/lib', '/lib32', '/lib64', '/libx32', '/proc', '/sbin', '/sys', '/usr']
/** Where images keep software and state too: not shown for standing there, but accounts of services have homes below. */
const mixed = ['/opt', '/root', '/run', '/var']
/** Below those, yet people's own. */
const ofPeople = ['/var/tmp']
/** Shown when one stands below them, not as a whole. */
const onlyBelow = ['/', '/srv', '/home', '/mnt', '/media']

/**
 * Home is real at `realHome` and shown at `home`, the name it has in passwd. A working directory below the home needs no
 * bind of its own; one above it would put one bind inside another.
 */
export const ownPlaces = (
  home: string,
  realHome: string | undefined,
  cwd: string | undefined,
  site: readonly (Site & { readonly source: string })[] = [],
): OwnPlaces => {
  const homes =
    realHome !== undefined && isHome(home) ? [{ source: realHome, target: home, kind: 'home' as const }] : []
  const shown: Place[] = [...homes]
  for (const { path, source, isReadOnly, kind = 'site' } of site) {
    const isInCwd = kind === 'job' && cwd !== undefined && isWithin(path, cwd) && !isSystemFolder(cwd)
    if (!isInCwd && !shown.some(({ target }) => isWithin(path, target) || isWithin(target, path)))
      shown.push({ source, target: path, kind, isReadOnly })
  }
  if (cwd === undefined) return { places: shown, workdir: undefined }
  const around = shown.find(({ source }) => isWithin(cwd, source))
  if (around !== undefined) return { places: shown, workdir: around.target + cwd.slice(around.source.length) }
  if (isSystemFolder(cwd) || shown.some(({ target }) => isWithin(target, cwd)))
    return { places: shown, workdir: undefined }
  return { places: [...shown, { source: cwd, target: cwd, kind: 'cwd' }], workdir: cwd }
}

/**
 * The own places beside the targets one has asked for. One bind inside another is refused by the gate: the engine would make
 * its mount point as root (M09). Who binds something over a place, or a working directory with all around it, has their way.
 */
export const placesBeside = ({ places, workdir }: OwnPlaces, targets: readonly string[]): readonly Place[] =>
  places.filter(({ target: own, kind }) => {
    if (targets.includes(own)) return false
    const nested = targets.find((target) => target !== '/' && (isWithin(target, own) || isWithin(own, target)))
    if (nested === undefined) return true
    if ((kind === 'cwd' || kind === 'job') && isWithin(own, nested)) return false
    // Without the home a working directory below it would be bound by itself.
    const inBoth = kind === 'home' && workdir !== undefined && isWithin(workdir, own) && isWithin(nested, workdir)
    throw clash(nested, own, kind, inBoth ? '--no-home --no-cwd' : without[kind])
  })

const without = { home: '--no-home', cwd: '--no-cwd', site: '--no-binds', job: '--no-hpc' }

const clash = (target: string, own: string, kind: Place['kind'], flags: string): Failure => {
  const what = {
    home: 'your home',
    cwd: 'the working directory',
    site: "the site's folder",
    job: 'a folder of the job',
  }[kind]
  const place = isWithin(target, own) ? `lies inside ${own}` : `lies around ${own}`
  return new Failure('mount', `${target} ${place}, where ${what} is bound: one bind cannot lie in another`, {
    hint: `choose another place for it, or leave ${what} out with ${flags}`,
  })
}

export const isSystemFolder = (path: string): boolean =>
  onlyBelow.includes(path) ||
  core.some((each) => isWithin(path, each)) ||
  (mixed.some((each) => isWithin(path, each)) && !ofPeople.some((own) => isWithin(path, own)))

/** Such accounts as `nobody` have / or /dev as their home. */
const isHome = (home: string): boolean =>
  !core.some((each) => isWithin(home, each)) && !['/', '/opt', '/run', '/var', '/srv', '/home', '/tmp'].includes(home)

/** Whether a canonical path is a folder or lies below it. */
export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
