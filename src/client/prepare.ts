import { readFile, realpath } from 'node:fs/promises'
import type { Account } from '../contract/identity.ts'
import { entrypointPath, fallbackShell } from '../contract/overlay.ts'
import { Failure } from '../failure.ts'
import type { Engine } from '../host/http.ts'
import { readAccount } from './account.ts'
import type { Api } from './api.ts'
import { resolveBinds } from './binds.ts'
import { markForeign } from './foreign.ts'
import { buildCreateBody, buildProbeBody, type Bind, type CreateBody } from './create-body.ts'
import { buildEnvironment, type CallerEnvironment } from './environment.ts'
import { checkGroups, checkUser } from './identity-wish.ts'
import { findImage, type Image } from './image.ts'
import { keepFiles, probeImage, readCachedFiles, type ImageFiles } from './image-files.ts'
import { writeOverlay } from './overlay-files.ts'
import type { RunRequest } from './run-request.ts'

/** All that has to be known before a container is created, gathered while the engine answers about the image. */

export type Ports = {
  readonly engine: Engine
  readonly env: CallerEnvironment
  readonly cwd: string | undefined
  /** The host path of entrypoint.sh. */
  readonly entrypoint: string
  readonly notice: (line: string) => void
}

export const prepare = async (
  request: RunRequest,
  { engine, env, cwd, entrypoint, notice }: Ports,
  signal: AbortSignal,
): Promise<{ readonly api: Api; readonly body: CreateBody }> => {
  const inspected = findImage(engine, { ...request, notice, signal })
  const gathered = gather(request, env, cwd, signal)
  inspected.catch(() => {})
  // What is wrong with the command line is said before what is wrong with the engine.
  const { account, environment, binds, workdir } = await gathered
  const { image, api } = await inspected
  const cache = cacheFolder(env, account)
  const kept = await readCachedFiles(cache, image.id, account.shell)
  const files = kept ?? (await probeImage(api, buildProbeBody(request.image, account), account.shell))
  const overlay = await writeCache(cache, account, image, files, kept === undefined, notice)
  const hasShell = files.shells[fallbackShell] === true
  const ours = [...overlay, ...(hasShell ? [await entrypointBind(entrypoint)] : [])]
  const wanted = request.workdir ?? workdir ?? (image.workdir === '' ? '/' : image.workdir)
  const body = buildCreateBody(request, {
    account,
    image,
    environment,
    binds: await markForeign(withoutDoubles([...ours, ...binds])),
    workdir: wanted,
    hasShell,
    hasOwnShell: files.shells[account.shell] === true,
  })
  return { api, body }
}

const entrypointBind = async (entrypoint: string): Promise<Bind> => ({
  source: await realpath(entrypoint),
  target: entrypointPath,
  readOnly: true,
})

const gather = async (request: RunRequest, env: CallerEnvironment, cwd: string | undefined, signal: AbortSignal) => {
  const [account, files] = await Promise.all([readAccount(signal), Promise.all(request.environmentFiles.map(readText))])
  checkUser(request.user, account)
  const environment = buildEnvironment(files, request.environment, env)
  const [binds] = await Promise.all([
    resolveBinds(request, { home: account.home, cwd }),
    checkGroups(request.groups, account, signal),
  ])
  return { account, environment, ...binds }
}

const readText = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    throw new Failure('usage', `--env-file: cannot read ${path} (${reason(error)})`, { hint: 'mind the spelling' })
  })

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
  image: Image,
  files: ImageFiles,
  isNew: boolean,
  notice: (line: string) => void,
): Promise<readonly Bind[]> => {
  try {
    const overlay = await writeOverlay(cache, account, files)
    if (isNew)
      await keepFiles(cache, image.id, files).catch((error: unknown) =>
        notice(`cannot write in ${cache} (${reason(error)})`),
      )
    return overlay
  } catch (error) {
    notice(`no names inside: cannot write in ${cache} (${reason(error)})`)
    return []
  }
}

/** Who binds something of their own where we would have put ours has their way. */
const withoutDoubles = (binds: readonly Bind[]): readonly Bind[] => [
  ...new Map(binds.map((bind) => [bind.target, bind])).values(),
]
