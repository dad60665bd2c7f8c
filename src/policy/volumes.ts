/** Volumes: own ones, by the record, and none that hides a mount (M12; THREATS 6.6). */
import type { Json } from '../contract/json.ts'
import { isOwnVolume, type Facts } from './facts.ts'
import { empty, textAt, type FieldRules } from './fields.ts'
import { labels } from './labels.ts'
import { nameInUse } from './names.ts'
import type { Request } from './request.ts'

/** moby daemon/names: RestrictedNamePattern. What looks like an id is the name of an anonymous volume. */
export const volumeForm = /^(?![0-9a-f]{64}$)[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/
export const anonymousForm = /^[0-9a-f]{64}$/

export const volumeCreate: FieldRules = {
  Name: { check: objectToVolumeName, why: 'a name of the user' },
  Driver: { only: ['', 'local'], why: 'volume plugins run as root' },
  DriverOpts: { only: [empty], why: 'options of a volume are a mount by root in disguise (M12)' },
  Labels: labels,
  ClusterVolumeSpec: { only: [empty], why: 'has no meaning without swarm' },
}

/** Empty: the engine makes one up. */
function objectToVolumeName(value: Json | undefined): string | undefined {
  return value === '' || (typeof value === 'string' && volumeForm.test(value))
    ? undefined
    : 'must be two or more letters, digits, "_", "." and "-", and not look like an id'
}

/** The engine answers 201 for a volume that is there already, whoever made it: so the record decides. */
export function objectToVolumeCreation({ body }: Request, facts: Facts): string | undefined {
  const name = body.kind === 'json' ? textAt(body.value, 'Name') : ''
  return name === '' ? objectToVolumeCount(facts) : objectToVolumeUse(name, facts)
}

/** A container, too, makes a volume that is not there. */
export function objectToVolumeUse(name: string, facts: Facts): string | undefined {
  const fact = facts.volumes.get(name)
  if (isOwnVolume(fact)) return undefined
  return fact === 'free' && volumeForm.test(name) ? objectToVolumeCount(facts) : nameInUse('volume', name)
}

/**
 * The engine copies what the image has at the target into a volume that is empty at that moment: as root, path by path, in the
 * engine's own mount namespace (moby daemon/volumes_unix.go, continuity fs.CopyDir). Who can change the volume meanwhile, from
 * a container or with a descriptor kept from one, leads that anywhere. So it does only where nobody could yet.
 */
export const objectToCopy = (name: string, noCopy: boolean, facts: Facts): string | undefined =>
  noCopy || facts.volumes.get(name) !== 'own'
    ? undefined
    : `${name} has been in use: were it empty, the engine would fill it as root while you could change it: add nocopy (-v ${name}:/TARGET:nocopy, --mount ...,volume-nocopy)`

function objectToVolumeCount({ counts, grants: { limits } }: Facts): string | undefined {
  return counts.volumes < limits.volumes
    ? undefined
    : `you have ${counts.volumes} volumes, and policy grants ${limits.volumes}: remove one with docker volume rm`
}
