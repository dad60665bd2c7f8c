/** What policy grants a caller, key by key, and which section said so. Pure: the sections and the merge are gate 1's own. */
import type { Caller } from '../policy/facts.ts'
import { findSections, mergeGrants, type Grants, type GroupIds, type Limits, type Policy } from '../policy/grants.ts'

export type GrantLine = {
  readonly key: string
  /** As the policy file would say it. */
  readonly value: string
  /** The section that spoke, or `default`. */
  readonly from: string
}

export function showGrants(policy: Policy, caller: Caller, gids: GroupIds): readonly GrantLine[] {
  const sections = findSections(policy, caller, gids)
  const { limits, ...grants } = mergeGrants(sections.map(({ section }) => section))
  const speaker = (key: string): string =>
    sections.find(({ section }) => Object.hasOwn(section, key))?.name ?? 'default'
  const limiter = (key: string): string =>
    sections.find(({ section }) => Object.hasOwn(section.limits ?? {}, key))?.name ?? 'default'
  return [
    ...Object.entries(grantValues(grants)).map(([key, value]) => ({ key: kebab(key), value, from: speaker(key) })),
    ...Object.entries(limitValues(limits)).map(([key, value]) => ({
      key: `limits.${key}`,
      value,
      from: limiter(key),
    })),
  ]
}

const kebab = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const words = (list: readonly string[] | undefined): string => (list === undefined ? 'any' : `[${list.join(', ')}]`)

const grantValues = (grants: Omit<Grants, 'limits'>): Readonly<Record<keyof typeof grants, string>> => ({
  deny: words(grants.deny),
  lists: grants.lists,
  registries: words(grants.registries),
  images: words(grants.images),
  repositories: words(grants.repositories),
  binds: words(grants.binds),
  slurm: grants.slurm,
  remappedBinds: grants.remappedBinds,
  networks: words(grants.networks),
  namespaces: words(grants.namespaces),
  ports: grants.ports === undefined ? 'none' : `${grants.ports.first}-${grants.ports.last}`,
  devices: words(grants.devices),
  gpus: String(grants.gpus),
  profiles: words(grants.profiles?.map(({ image, command = [] }) => [image, ...command].join(' '))),
})

const limitValues = (limits: Limits): Readonly<Record<keyof Limits, string>> => ({
  memory: bytes(limits.memory),
  cpus: String(limits.cpus ?? 'unlimited'),
  processes: String(limits.processes),
  shm: bytes(limits.shm),
  log: bytes(limits.log),
  layer: bytes(limits.layer),
  containers: String(limits.containers ?? 'unlimited'),
  networks: String(limits.networks),
  volumes: String(limits.volumes),
  ulimits: `{${Object.entries(limits.ulimits)
    .map(([name, most]) => `${name}: ${most < 0 ? 'unlimited' : most}`)
    .join(', ')}}`,
})

const units = ['', 'k', 'm', 'g', 't'] as const

/** In the greatest unit that needs no fraction. */
function bytes(count: number | undefined): string {
  if (count === undefined) return 'unlimited'
  const unit = units.findLastIndex((_, index) => count % 1024 ** index === 0)
  return `${count / 1024 ** unit}${units[unit]}`
}
