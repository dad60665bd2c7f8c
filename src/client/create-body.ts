import { groupAddField, noNewPrivileges, userField, type Account } from '../contract/identity.ts'
import { ownerLabel, sourceLabel, standIn } from '../contract/labels.ts'
import { entrypointPath, entrypointVariables, fallbackShell } from '../contract/overlay.ts'
import { Failure } from '../failure.ts'
import { nameOf } from './environment.ts'
import type { Image } from './image.ts'
import type { RunRequest } from './run-request.ts'

/** RunRequest + Account + Image -> the ContainerCreate body gate 1 wants. Pure. */

export type Bind = {
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
  readonly nonRecursive?: boolean
  /** On a file system that the engine's root may not be able to look at. */
  readonly isForeign?: boolean
}

export type Surroundings = {
  readonly account: Account
  readonly image: Image
  readonly environment: readonly string[]
  readonly binds: readonly Bind[]
  readonly workdir: string
  /** The image has /bin/sh: the entrypoint runs in it. */
  readonly hasShell: boolean
  /** The image has the account's own shell. */
  readonly hasOwnShell: boolean
}

export type CreateBody = Readonly<Record<string, unknown>>

export const buildCreateBody = (request: RunRequest, around: Surroundings): CreateBody => {
  const { account, hasShell } = around
  const { interactive, tty, detach } = request
  return {
    Image: request.image,
    ...identity(account, { ...request.labels, ...sourceLabels(around.binds) }),
    ...(hasShell ? throughEntrypoint(request, around) : asTheImageHas(request, around)),
    ...(request.hostname === undefined ? {} : { Hostname: request.hostname }),
    Tty: tty,
    OpenStdin: interactive,
    StdinOnce: interactive && !detach,
    AttachStdin: interactive && !detach,
    AttachStdout: !detach,
    AttachStderr: !detach,
    HostConfig: {
      ...identityOfHost(account),
      Mounts: around.binds.map(mount),
      AutoRemove: request.remove,
      ...(request.network === undefined ? {} : { NetworkMode: request.network }),
      ...(request.init ? { Init: true } : {}),
      ...(request.readOnly ? { ReadonlyRootfs: true } : {}),
    },
  }
}

/** A container that is only looked into: the same identity, no mounts, nothing that would run. */
export const buildProbeBody = (image: string, account: Account): CreateBody => ({
  Image: image,
  ...identity(account, {}),
  Cmd: ['true'],
  HostConfig: identityOfHost(account),
})

const identity = (account: Account, labels: Readonly<Record<string, string>>) => ({
  User: userField(account),
  Labels: { ...labels, [ownerLabel]: account.login },
})

const identityOfHost = (account: Account) => ({
  SecurityOpt: [noNewPrivileges],
  CapDrop: ['ALL'],
  GroupAdd: groupAddField(account),
  UsernsMode: 'host',
})

/** A writable bind takes what is mounted below along; a read-only one must not, since that would stay writable (M09). */
const mount = ({ source, target, readOnly, nonRecursive = false, isForeign = false }: Bind) => ({
  Type: 'bind',
  Source: isForeign ? standIn : source,
  Target: target,
  ...(readOnly ? { ReadOnly: true } : {}),
  ...(readOnly || nonRecursive ? { BindOptions: { NonRecursive: true } } : {}),
})

const sourceLabels = (binds: readonly Bind[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    binds.filter(({ isForeign }) => isForeign === true).map(({ source, target }) => [sourceLabel(target), source]),
  )

/** WorkingDir stays `/`: the engine makes a missing one as root, and root cannot enter every home (DESIGN 6, M11). */
const throughEntrypoint = (request: RunRequest, around: Surroundings) => {
  const { image, account } = around
  const command = commandOf(request, image)
  if (command.length === 0)
    throw new Failure('usage', 'no command specified, and the image has none', { hint: 'name one behind the image' })
  const variables = userVariables(around)
  const isOwnHome = variables.includes(`HOME=${account.home}`)
  const all = [...image.environment, ...variables]
  return {
    Entrypoint: [fallbackShell, entrypointPath],
    Cmd: [...carryOdd(all), ...command],
    Env: [
      ...variables,
      ...(isOwnHome ? [`${entrypointVariables.home}=${account.home}`] : []),
      `${entrypointVariables.workdir}=${around.workdir}`,
    ],
    WorkingDir: '/',
  }
}

/** Nobody enters a bound folder for the user here, and the engine may not (M11): the image's own WorkingDir it is. */
const asTheImageHas = (request: RunRequest, around: Surroundings) => ({
  ...(request.entrypoint === undefined ? {} : { Entrypoint: [request.entrypoint] }),
  ...(request.command.length === 0 ? {} : { Cmd: request.command }),
  Env: userVariables(around),
  WorkingDir: request.workdir ?? around.image.workdir,
})

/** As moby merges them: an entrypoint of one's own leaves the image's command out. */
const commandOf = ({ entrypoint, command }: RunRequest, image: Image): readonly string[] => {
  if (entrypoint !== undefined) return entrypoint === '' ? command : [entrypoint, ...command]
  return [...image.entrypoint, ...(command.length > 0 ? command : image.command)]
}

/** HOME and the like are the user's, whatever the image says, unless -e says otherwise. */
const userVariables = ({ account, environment, hasOwnShell }: Surroundings): readonly string[] => {
  const given = new Set(environment.map(nameOf))
  const own = {
    HOME: account.home,
    USER: account.login,
    LOGNAME: account.login,
    SHELL: hasOwnShell ? account.shell : fallbackShell,
  }
  const added = Object.entries(own).filter(([name]) => !given.has(name))
  return [...added.map(([name, value]) => `${name}=${value}`), ...environment]
}

/**
 * dash and ash drop variables whose names they could not set, such as discovery.type: env(1) puts them back. What it would
 * take for an option or for the command stays out.
 */
const carryOdd = (environment: readonly string[]): readonly string[] => {
  const odd = new Map(environment.filter(isOdd).map((each) => [nameOf(each), each]))
  return odd.size === 0 ? [] : ['env', ...odd.values()]
}

const isOdd = (variable: string): boolean => !/^[A-Za-z_]\w*=/.test(variable) && /^[^-=][^=]*=/.test(variable)
