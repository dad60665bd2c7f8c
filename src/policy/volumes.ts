/** Volumes: own ones, by the record, and none that hides a mount (M12; THREATS 6.6). */
import type { Json } from '../contract/json.ts'
import type { Facts } from './facts.ts'
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

/** Empty: the engine makes one up, and nobody counts those. */
function objectToVolumeName(value: Json | undefined): string | undefined {
  return value === '' || (typeof value === 'string' && volumeForm.test(value))
    ? undefined
    : 'must be two or more letters, digits, "_", "." and "-", and not look like an id'
}

/** The engine answers 201 for a volume that is there already, whoever made it: so the record decides. */
export function objectToVolumeCreation({ body }: Request, facts: Facts): string | undefined {
  const name = body.kind === 'json' ? textAt(body.value, 'Name') : ''
  return name === '' ? undefined : objectToVolumeUse(name, facts)
}

/** A container, too, makes a volume that is not there. */
export function objectToVolumeUse(name: string, facts: Facts): string | undefined {
  const fact = facts.volumes.get(name)
  if (fact === 'own') return undefined
  return fact === 'free' && volumeForm.test(name) ? objectToVolumeCount(facts) : nameInUse('volume', name)
}

function objectToVolumeCount({ counts, grants: { limits } }: Facts): string | undefined {
  return counts.volumes < limits.volumes
    ? undefined
    : `you have ${counts.volumes} volumes, and policy grants ${limits.volumes}: remove one with docker volume rm`
}
