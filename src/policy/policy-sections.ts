/** The sections of the policy file, key by key: what an administrator may write, and how it is read. */
import { defaultAudit, type AuditSettings } from './audit-settings.ts'
import type { Limits, Named, Policy, Profile, Section } from './grants.ts'
import { changed, choice, complain, isProblem, list, oneOf, orWord, type Reader } from './policy-readers.ts'
import { named, record, type Readers } from './policy-records.ts'
import * as values from './policy-values.ts'

const { size, whole } = values
/** PID_MAX_LIMIT of the kernel. */
const mostProcesses = 4_194_304
const mostThings = 1_000_000
/** docker's own least. */
const leastMemory = '6m'

/** docker's names (go-units ulimit.go). */
const ulimitNames = [
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
] as const

const ulimitName = oneOf('the name of a limit', new Map(ulimitNames.map((name) => [name, name])))
const ulimit = changed(orWord('unlimited', whole(0, Number.MAX_SAFE_INTEGER)), (value) => value ?? -1)

export const limitKeys: Readers<Limits> = {
  memory: orWord('unlimited', size(leastMemory)),
  cpus: orWord('unlimited', values.cpus),
  processes: whole(1, mostProcesses),
  shm: orWord('unlimited', size('1k')),
  log: orWord('unlimited', size('1k')),
  layer: orWord('unlimited', size('1k')),
  containers: orWord('unlimited', whole(0, mostThings)),
  networks: whole(0, mostThings),
  volumes: whole(0, mostThings),
  ulimits: changed(named(ulimitName, ulimit), (each) =>
    Object.fromEntries(each.map(({ name, section }) => [name, section])),
  ),
}

const limits = record(limitKeys)

/** What a section may say. `any` undoes what a farther section says. */
export const sectionKeys = (profiles: ReadonlyMap<string, Profile>): Readers<Section> => ({
  deny: list('operations', values.operation),
  lists: choice('all', 'own'),
  registries: orWord('any', list('registries', values.registry)),
  images: orWord('any', list('image patterns', values.imagePattern)),
  repositories: list('repository patterns', values.repositoryPattern),
  binds: orWord('any', list('folders', values.path)),
  remappedBinds: choice('read-only', 'writable'),
  networks: list('networks', values.network),
  namespaces: list('namespaces', choice('network', 'ipc', 'pid', 'uts')),
  ports: orWord('none', values.ports),
  devices: list('device patterns', values.devicePattern),
  gpus: values.flag,
  slurm: choice('confine', 'free'),
  limits,
  profiles: orWord('any', atLeastOne(list('profiles', oneOf('a profile that stands under profiles', profiles)))),
})

/** An empty list could be meant as all or as nothing. */
function atLeastOne<Value>({ what, read }: Reader<readonly Value[]>): Reader<readonly Value[]> {
  return {
    what,
    read: (place) => {
      const reading = read(place)
      return !isProblem(reading) && reading.value.length === 0
        ? complain(place, 'expected at least one profile, or any, which lets all else be run too')
        : reading
    },
  }
}

export const profileKeys: Readers<Profile> = {
  image: values.image,
  entrypoint: list('words', values.word),
  command: list('words', values.word),
  workdir: values.path,
  network: values.profileNetwork,
  environment: list('variables', values.variable),
  mounts: list('mounts', values.mount),
}

const noProfile = { entrypoint: undefined, command: undefined, workdir: '/', network: 'none' } as const

export const profile: Reader<Profile> = {
  what: 'keys and values',
  read: (place) => {
    const reading = record(profileKeys).read(place)
    if (isProblem(reading)) return reading
    const { image, ...rest } = reading.value
    return image === undefined
      ? complain(place, 'expected an image')
      : { value: { ...noProfile, environment: [], mounts: [], ...rest, image } }
  },
}

export const profiles: Reader<readonly Named<Profile>[]> = named(values.profileName, profile)

export const auditKeys: Readers<AuditSettings> = {
  size: size('1k'),
  age: values.duration(1_000),
  keep: whole(0, 100_000),
  sync: values.duration(0),
  syslog: values.flag,
  environment: values.flag,
}

export const administratorKeys: Readers<Policy['administrators']> = {
  users: list('login names', values.login),
  groups: list('names of groups', values.groupName),
}

export const policyKeys = (defined: ReadonlyMap<string, Profile>): Readers<Policy & { readonly profiles: unknown }> => {
  const section: Reader<Section> = record(sectionKeys(defined))
  return {
    socket: choice('admin', 'anonymous'),
    administrators: changed(record(administratorKeys), (some) => ({ users: [], groups: [], ...some })),
    revoked: values.path,
    everyone: section,
    anonymous: section,
    groups: named(values.groupName, section),
    users: named(values.login, section),
    profiles,
    audit: changed(record(auditKeys), (some) => ({ ...defaultAudit, ...some })),
  }
}
