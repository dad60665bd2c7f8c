import { groupAddField, noNewPrivileges, userField, type Account } from '../contract/identity.ts'
import { ownerLabel, sourceLabel, standIn } from '../contract/labels.ts'
import { entrypointPath, entrypointVariables, fallbackShell } from '../contract/overlay.ts'
import { Failure } from '../failure.ts'
import { nameOf } from './environment.ts'
import type { Image } from './image.ts'
import type { Mount } from './mount-wish.ts'
import type { Fields } from './run-fields.ts'
import type { RunRequest } from './run-request.ts'

/** RunRequest + Account + Image -> the ContainerCreate body gate 1 wants. Pure. */

export type Bind = {
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
  /** As it was asked for, where it was. */
  readonly mount?: Mount
  /** On a file system that the engine's root may not be able to look at. */
  readonly isForeign?: boolean
}

export type Surroundings = {
  readonly account: Account
  readonly image: Image
  readonly environment: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly binds: readonly Bind[]
  readonly workdir: string
  /** The MINOR of the API's 1.MINOR: docker's client leaves out what that version has not (docker/client container_create.go). */
  readonly apiVersion: number
  /** Rows and columns of the terminal. */
  readonly size?: readonly [number, number] | undefined
  /** The entrypoint runs in the image's /bin/sh, where it has one and is not to be left as it is. */
  readonly hasShell: boolean
  /** Of the entrypoint, where its file cannot be bound: the engine is on another host. */
  readonly script?: string | undefined
  /** The image has the account's own shell. */
  readonly hasOwnShell: boolean
}

export type CreateBody = Readonly<Record<string, unknown>>

export const buildCreateBody = (request: RunRequest, around: Surroundings): CreateBody => {
  const { account, hasShell } = around
  const { attach, fields, volumes, interactive, tty } = request
  return {
    ...fields.config,
    Image: request.image,
    ...identity(account, { ...around.labels, ...sourceLabels(around.binds) }),
    ...(request.asIs
      ? asTheLineSays(request, around)
      : hasShell
        ? throughEntrypoint(request, around)
        : asTheImageHas(request, around)),
    Tty: tty,
    OpenStdin: interactive,
    StdinOnce: interactive && attach.stdin,
    AttachStdin: attach.stdin,
    AttachStdout: attach.stdout,
    AttachStderr: attach.stderr,
    ...(volumes.anonymous.length === 0
      ? {}
      : { Volumes: Object.fromEntries(volumes.anonymous.map((target) => [target, {}])) }),
    ...(Object.keys(fields.endpoints).length === 0 ? {} : { NetworkingConfig: { EndpointsConfig: fields.endpoints } }),
    HostConfig: {
      ...without(fields.hostConfig, around.apiVersion >= 42 ? 'KernelMemory' : ''),
      ...identityOfHost(account),
      ...(volumes.named.length === 0 ? {} : { Binds: volumes.named }),
      Mounts: [...around.binds.map(mount), ...volumes.mounts.filter(({ Type }) => Type !== 'bind')],
      ...(tty && around.size !== undefined && around.apiVersion >= 42 ? { ConsoleSize: around.size } : {}),
    },
  }
}

const without = (fields: Fields, name: string): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name))

/** A container that is only looked into: the same identity and limits, no mounts, nothing that would run. */
export const buildProbeBody = (
  { image, fields }: Pick<RunRequest, 'image' | 'fields'>,
  account: Account,
): CreateBody => ({
  Image: image,
  ...identity(account, {}),
  Cmd: ['true'],
  HostConfig: { ...only(fields.hostConfig, limits), ...identityOfHost(account) },
})

/** What policy may want to have asked for, and networks it may not grant. */
const limits = [
  'CgroupParent',
  'CpuPeriod',
  'CpuQuota',
  'LogConfig',
  'Memory',
  'MemorySwap',
  'NanoCpus',
  'NetworkMode',
  'PidsLimit',
  'ShmSize',
  'StorageOpt',
]

const only = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)))

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

/** A writable bind of our own takes what is mounted below along; a read-only one must not, since that would stay writable (M09). */
const mount = ({ source, target, readOnly, mount: asked, isForeign = false }: Bind): Mount => ({
  ...(asked ?? {
    Type: 'bind',
    Target: target,
    ...(readOnly ? { ReadOnly: true, BindOptions: { NonRecursive: true } } : {}),
  }),
  Source: isForeign ? standIn : source,
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
    Entrypoint: [fallbackShell, ...(around.script === undefined ? [] : ['-c', around.script]), entrypointPath],
    Cmd: [...carryOdd(all), ...command],
    Env: [
      ...variables,
      ...(isOwnHome ? [`${entrypointVariables.home}=${account.home}`] : []),
      `${entrypointVariables.workdir}=${around.workdir}`,
    ],
    WorkingDir: '/',
  }
}

/** What docker run would send, and who runs it. */
const asTheLineSays = (request: RunRequest, { environment }: Surroundings) => ({
  ...(request.entrypoint === undefined ? {} : { Entrypoint: [request.entrypoint] }),
  ...(request.command.length === 0 ? {} : { Cmd: request.command }),
  ...(environment.length === 0 ? {} : { Env: environment }),
  ...(request.workdir === undefined ? {} : { WorkingDir: request.workdir }),
})

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
