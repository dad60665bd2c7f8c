/** What a create body mounts, whichever of its fields asks for it. */
import type { Json, JsonObject } from '../contract/json.ts'
import { sourceLabel, standIn } from '../contract/labels.ts'
import type { Bind } from './facts.ts'
import { fieldAt, isObject, listAt, textAt } from './fields.ts'

/** One thing mounted, whichever field asked for it. */
export type Mount = { readonly field: string; readonly target: string } & (
  | { readonly kind: 'bind'; readonly bind: Bind; readonly isMade: boolean }
  | { readonly kind: 'volume'; readonly name: string; readonly noCopy: boolean }
  | { readonly kind: 'tmpfs' }
)

export const bindsForm = /^([^:]+):([^:]+)(?::((?:rw|ro|nocopy)(?:,(?:rw|ro|nocopy))?))?$/

/** All that a create body mounts, field by field; [] where there is nothing. */
export function findMounts(body: Json | undefined): readonly Mount[] {
  const tmpfsMap = fieldAt(body, 'HostConfig', 'Tmpfs')
  const volumesMap = fieldAt(body, 'Volumes')
  return [
    ...listAt(body, 'HostConfig', 'Mounts')
      .filter(isObject)
      .map((mount, index) => readMount(mount, `HostConfig.Mounts[${index}]`, body)),
    ...listAt(body, 'HostConfig', 'Binds').map((each, index) => readBindText(each, `HostConfig.Binds[${index}]`)),
    ...keysOf(tmpfsMap).map((target) => ({ kind: 'tmpfs' as const, field: 'HostConfig.Tmpfs', target })),
    ...keysOf(volumesMap).map((target) => ({
      kind: 'volume' as const,
      field: 'Volumes',
      target,
      name: '',
      noCopy: false,
    })),
  ]
}

const keysOf = (value: Json | undefined): readonly string[] => (isObject(value) ? [...value.keys()] : [])

function readMount(mount: JsonObject, field: string, body: Json | undefined): Mount {
  const [type, source, target] = [textAt(mount, 'Type'), textAt(mount, 'Source'), textAt(mount, 'Target')]
  if (type === 'tmpfs') return { kind: 'tmpfs', field, target }
  if (type === 'volume')
    return { kind: 'volume', field, target, name: source, noCopy: fieldAt(mount, 'VolumeOptions', 'NoCopy') === true }
  const readOnly = fieldAt(mount, 'ReadOnly') === true
  const nonRecursive = fieldAt(mount, 'BindOptions', 'NonRecursive') === true
  const bind =
    source === standIn
      ? { source: textAt(body, 'Labels', sourceLabel(target)), readOnly, nonRecursive, isStandIn: true as const }
      : { source, readOnly, nonRecursive }
  return { kind: 'bind', field, target, bind, isMade: false }
}

function readBindText(text: Json, field: string): Mount {
  const [, source = '', target = '', mode = ''] = bindsForm.exec(typeof text === 'string' ? text : '') ?? []
  const modes = mode.split(',')
  if (!source.startsWith('/')) return { kind: 'volume', field, target, name: source, noCopy: modes.includes('nocopy') }
  return {
    kind: 'bind',
    field,
    target,
    bind: { source, readOnly: modes.includes('ro'), nonRecursive: false },
    isMade: true,
  }
}

/** The binds of a create body. */
export const findBinds = (body: Json | undefined): readonly (Bind & { readonly target: string })[] =>
  findMounts(body).flatMap((mount) => (mount.kind === 'bind' ? [{ ...mount.bind, target: mount.target }] : []))

/** Names of the volumes a create body uses; anonymous ones have none. */
export const findVolumeNames = (body: Json | undefined): readonly string[] =>
  findMounts(body).flatMap((mount) => (mount.kind === 'volume' && mount.name !== '' ? [mount.name] : []))

/** Volumes that the engine may fill when it makes the container. */
export const findFilledVolumes = (body: Json | undefined): readonly string[] =>
  findMounts(body).flatMap((mount) =>
    mount.kind === 'volume' && mount.name !== '' && !mount.noCopy ? [mount.name] : [],
  )
