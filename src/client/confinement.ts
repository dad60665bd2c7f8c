import { Failure } from '../failure.ts'
import type { Engine } from '../host/http.ts'
import { at, parseJson, textAt } from './reply.ts'

/** Whether the engine can put a container into the cgroup of its job: that is asked of it, and the gate decides. */

/** As /info tells. */
export type Guard = { readonly driver: string; readonly isGuarded: boolean }

export const readGuard = async (engine: Pick<Engine, 'ask'>): Promise<Guard> => {
  const { status, body } = await engine.ask('GET', '/info')
  const info = status < 400 ? parseJson(body.toString()) : undefined
  const runtime = at(info, 'Runtimes', textAt(info, 'DefaultRuntime') ?? '')
  return {
    driver: textAt(info, 'CgroupDriver') ?? '',
    isGuarded: textAt(runtime, 'path')?.endsWith('/dockerrun-runtime') === true,
  }
}

/**
 * Options, or why there are none. The cgroupfs driver takes any path, the systemd driver only slices of systemd's, and Slurm's
 * cgroups are none; without gate 2 the gate grants no parent, since the job could end before the start.
 */
export const confinement = (
  { driver, isGuarded }: Guard,
  cgroup: string,
): { readonly options: readonly string[]; readonly why: string | undefined } => {
  if (driver !== 'cgroupfs')
    return { options: [], why: `the engine has the cgroup driver ${driver || 'of another kind'}` }
  if (!isGuarded) return { options: [], why: "dockerrun-runtime is not the engine's default runtime" }
  return { options: ['--cgroup-parent', cgroup], why: undefined }
}

/** Where policy wants it (slurm: confine) the gate says no, and cannot know why nobody asked. */
export const tellUnconfined = (error: unknown, why: string | undefined): unknown =>
  why !== undefined && error instanceof Failure && /\bCgroupParent\b/.test(error.message)
    ? new Failure(error.code, error.message, {
        hint: `${why}: the administrator can set "exec-opts": ["native.cgroupdriver=cgroupfs"] and the runtime in daemon.json`,
      })
    : error
