import { readFile, realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Account } from '../contract/identity.ts'
import { sessionLabel } from '../contract/labels.ts'
import { entrypointPath, fallbackShell } from '../contract/overlay.ts'
import type { Engine } from '../host/http.ts'
import { isThisHost } from '../host/this-host.ts'
import { readAccount } from './account.ts'
import type { Api } from './api.ts'
import { resolveBinds } from './binds.ts'
import { markForeign } from './foreign.ts'
import { readBytes } from './environment-files.ts'
import { buildCreateBody, buildProbeBody, type Bind, type CreateBody, type Surroundings } from './create-body.ts'
import type { Settings } from './config.ts'
import { buildEnvironment, buildLabels, matchEnvironment, type CallerEnvironment } from './environment.ts'
import { checkGroups, checkUser } from './identity-wish.ts'
import { findImage, type Image } from './image.ts'
import { keepFiles, probeImage, readCachedFiles, type ImageFiles } from './image-files.ts'
import { writeOverlay } from './overlay-files.ts'
import { formatPlatform, parsePlatform } from './platform.ts'
import { tellIds } from './other-host.ts'
import { proxyEnvironment } from './proxies.ts'
import type { RunRequest } from './run-request.ts'
import { readSession } from './session.ts'
import { takeTurn } from './turn.ts'
import { describe } from './verbose.ts'

/** All that has to be known before a container is created, gathered while the engine answers about the image. */

export type Ports = {
  readonly engine: Engine
  /** What is known of the job only when the engine has answered (job-options.ts). */
  readonly confine?: ((request: RunRequest) => Promise<RunRequest>) | undefined
  readonly env: CallerEnvironment
  readonly cwd: string | undefined
  readonly settings: Settings
  /** The host path of entrypoint.sh. */
  readonly entrypoint: string
  readonly notice: (line: string) => void
  /** Rows and columns of the terminal, where there is one. */
  readonly size: readonly [number, number] | undefined
}

export type Prepared = {
  readonly api: Api
  readonly body: CreateBody
  readonly account: Account
  readonly image: Image
  /** With what the job adds to it. */
  readonly request: RunRequest
}

export const prepare = async (asked: RunRequest, ports: Ports, signal: AbortSignal): Promise<Prepared> => {
  const { engine, notice } = ports
  const { address } = engine.settings
  const inspected = findImage(engine, { ...asked, notice, signal })
  const gathered = gather(asked, ports, signal)
  inspected.catch(() => {})
  // What is wrong with the command line is said before what is wrong with the engine.
  const { account, binds, workdir, ...words } = await gathered
  const { image, api } = await inspected
  const request = (await ports.confine?.(asked)) ?? asked
  const inside = request.asIs
    ? untouched
    : await lookInside(request, ports, { account, image, api }).catch((error: unknown) => {
        throw tellIds(error, account, address)
      })
  const body = buildCreateBody(request, {
    ...words,
    ...inside,
    account,
    image,
    apiVersion: api.version,
    binds: await markForeign([...beside(inside.binds, request.volumes.targets), ...binds]),
    workdir: request.workdir ?? workdir ?? (image.workdir === '' ? '/' : image.workdir),
    size: ports.size,
  })
  if (request.isVerbose) describe(body, { address, version: api.version, account, imageId: image.id }).forEach(notice)
  return { api, body, account, image, request }
}

type Inside = Pick<Surroundings, 'binds' | 'hasShell' | 'hasOwnShell' | 'script'>

const untouched: Inside = { binds: [], hasShell: false, hasOwnShell: false }

type Found = { readonly account: Account; readonly image: Image; readonly api: Api }

/** What the image has for names and shells, kept from the last time or looked up; and what is bound over it. */
const lookInside = async (request: RunRequest, ports: Ports, { account, image, api }: Found): Promise<Inside> => {
  const { engine, env, entrypoint, notice } = ports
  const cache = cacheFolder(env, account)
  const kept = await readCachedFiles(cache, image.id, account.shell)
  const body = buildProbeBody(request, account)
  let unkept: unknown
  const look = async () => {
    const found = await probeImage(api, body, account.shell, platformQuery(request))
    await keepFiles(cache, image.id, found).catch((error: unknown) => (unkept = error))
    return found
  }
  const read = async () => await readCachedFiles(cache, image.id, account.shell)
  const files = kept ?? (await takeTurn(`${cache}/looking-${image.id.slice(-12)}`, read, look))
  const overlay = await writeCache(cache, account, files, unkept, notice)
  const shells = { hasShell: files.shells[fallbackShell] === true, hasOwnShell: files.shells[account.shell] === true }
  if (!isThisHost(engine.settings.address))
    return { ...shells, binds: namesElsewhere, script: await readFile(entrypoint, 'utf8') }
  // What may start again later must not need our cache by then: the engine sees a stand-in, and gate 2 makes what is gone anew.
  const names = request.remove ? overlay : overlay.map((bind) => ({ ...bind, isForeign: true }))
  return { ...shells, binds: [...names, ...(shells.hasShell ? [await entrypointBind(entrypoint)] : [])] }
}

/** Our files are not there: gate 2, which finds none at these sources, makes them of the image's own (src/runtime/create.ts). */
const namesElsewhere: readonly Bind[] = ['passwd', 'group'].map((name) => ({
  source: `/nonexistent/${name}`,
  target: `/etc/${name}`,
  readOnly: true,
  isForeign: true,
}))

/** The folder: an upgrade puts another file in it, and one that is gone cannot be mounted by who is just about to. */
const entrypointBind = async (entrypoint: string): Promise<Bind> => ({
  source: dirname(await realpath(entrypoint)),
  target: dirname(entrypointPath),
  readOnly: true,
})

const gather = async (request: RunRequest, { engine, env, cwd, settings }: Ports, signal: AbortSignal) => {
  const [account, variables, labels] = await Promise.all([
    readAccount(signal),
    Promise.all(request.environmentFiles.map(async (path) => await readBytes(path, '--env-file'))),
    Promise.all(request.labelFiles.map(async (path) => await readBytes(path, '--label-file'))),
  ])
  checkUser(request.user, account)
  const isShown = (key: 'home' | 'cwd') => request[key] ?? (!request.asIs && settings[key].value)
  const isSited = request.binds ?? !request.asIs
  const [binds] = await Promise.all([
    resolveBinds(
      {
        ...request.volumes,
        home: isShown('home'),
        cwd: isShown('cwd'),
        site: [
          ...(isSited ? settings.binds.value : []),
          ...request.places.map((path) => ({ path, isReadOnly: false, kind: 'job' as const })),
        ],
      },
      { home: account.home, cwd, isHere: isThisHost(engine.settings.address) },
    ),
    checkGroups(request.groups, account, signal),
  ])
  const { config, address } = engine.settings
  const proxies = proxyEnvironment(config, address, request.environment)
  const passed = matchEnvironment([...settings['env-pass'].value, ...request.passed], env)
  return {
    account,
    environment: [
      ...settings.env.value,
      ...passed,
      ...buildEnvironment(variables, [...proxies, ...request.environment], env),
    ],
    labels: { ...buildLabels(labels, request.labels), ...sessionLabels(env) },
    ...binds,
  }
}

/** As POST /containers/create takes it; empty where the engine may choose. */
export const platformQuery = ({ platform }: Pick<RunRequest, 'platform'>): Readonly<Record<string, string>> =>
  platform === undefined ? {} : { platform: formatPlatform(parsePlatform(platform)) }

const sessionLabels = (env: CallerEnvironment): Readonly<Record<string, string>> => {
  const session = readSession(env)
  return session === undefined ? {} : { [sessionLabel]: session }
}

const reason = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)

const cacheFolder = (env: CallerEnvironment, { home }: Account): string => {
  const named = env['XDG_CACHE_HOME'] ?? ''
  const own = env['HOME'] ?? ''
  return `${named.startsWith('/') ? named : `${own === '' ? home : own}/.cache`}/dockerrun`
}

/** A cache that cannot be written costs the names inside and a probe each time, no more; and one notice. */
const writeCache = async (
  cache: string,
  account: Account,
  files: ImageFiles,
  unkept: unknown,
  notice: (line: string) => void,
): Promise<readonly Bind[]> => {
  try {
    const overlay = await writeOverlay(cache, account, files)
    if (unkept !== undefined) notice(`cannot write in ${cache} (${reason(unkept)})`)
    return overlay
  } catch (error) {
    notice(`no names inside: cannot write in ${cache} (${reason(error)})`)
    return []
  }
}

/** Who mounts something of their own where we would have put ours has their way. */
const beside = (binds: readonly Bind[], targets: readonly string[]): readonly Bind[] =>
  binds.filter(({ target }) => !targets.includes(target))
