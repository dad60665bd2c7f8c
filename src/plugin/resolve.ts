/** What names and ids in a request mean to the engine at this moment. */
import type { Engine, EngineExec, EngineNetwork, EngineVolume } from '../host/engine.ts'
import { ownerLabel } from '../contract/labels.ts'
import type { Facts } from '../policy/facts.ts'
import { referenceKind } from '../policy/names.ts'
import { normalizeImage } from '../policy/patterns.ts'
import type { References } from '../policy/references.ts'
import type { Request } from '../policy/request.ts'
import { rules } from '../policy/rules.ts'

/** By reference: the full id of the container, the network, the volume. */
export type Resolved = {
  readonly containerIds: ReadonlyMap<string, string | undefined>
  readonly networks: ReadonlyMap<string, EngineNetwork | undefined>
  readonly volumes: ReadonlyMap<string, EngineVolume>
}

export async function readReferences({ containers, networks, volumes }: References, engine: Engine): Promise<Resolved> {
  const [ids, found, kinds] = await Promise.all([
    Promise.all(containers.map((each) => findContainerId(each, engine))),
    Promise.all(networks.map((each) => findNetwork(each, engine))),
    Promise.all(volumes.map(async (each) => (isVolumeName(each) ? await engine.readVolume(each) : 'other'))),
  ])
  return {
    containerIds: new Map(containers.map((each, index) => [each, ids[index]])),
    networks: new Map(networks.map((each, index) => [each, found[index]])),
    volumes: new Map(volumes.map((each, index) => [each, kinds[index] ?? 'other'])),
  }
}

/** Nothing else is put into a path of the engine's. */
const isVolumeName = (name: string): boolean => /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,127}$/.test(name)

export async function readExec({ operation, object }: Request, engine: Engine): Promise<EngineExec | undefined> {
  const rule = rules[operation]
  const isExec = rule.verdict === 'check' && rule.on === 'exec' && referenceKind(object) === 'id'
  return isExec ? await engine.readExec(object) : undefined
}

/** The id of the container that the path names, or a commit in its query. */
export async function readContainerId(
  { operation, object, query }: Request,
  engine: Engine,
): Promise<string | undefined> {
  const rule = rules[operation]
  if (rule.verdict === 'deny' || rule.on !== 'container') return undefined
  return await findContainerId(operation === 'ImageCommit' ? (query.get('container') ?? '') : object, engine)
}

/** The id the engine will find for a reference. */
async function findContainerId(reference: string, engine: Engine): Promise<string | undefined> {
  const kind = referenceKind(reference)
  if (kind === undefined || kind === 'id') return kind === undefined ? undefined : reference
  const found = await engine.readContainer(reference)
  // The engine takes a few digits for an id prefix too: by the time it looks, they could be those of another's container.
  const isMeant = kind === 'name' ? found?.name === reference : found?.id.startsWith(reference) === true
  return isMeant ? found?.id : undefined
}

async function findNetwork(reference: string, engine: Engine): Promise<EngineNetwork | undefined> {
  const kind = referenceKind(reference)
  if (kind === undefined) return undefined
  const found = await engine.readNetwork(reference)
  const isMeant = kind === 'name' ? found?.name === reference : found?.id.startsWith(reference) === true
  return isMeant ? found : undefined
}

/** By which digest the image was pulled, or its id where it never was; the owner its labels name, and where it works. */
export async function readImageFacts(
  reference: string,
  engine: Engine,
): Promise<Pick<Facts, 'imageDigest' | 'imageOwner' | 'imageWorkingDir'>> {
  const isReference = normalizeImage(reference) !== undefined || /^(?:sha256:)?[0-9a-f]{12,64}$/.test(reference)
  const image = isReference ? await engine.readImage(reference) : undefined
  return {
    imageDigest: image?.digests[0] ?? image?.id,
    imageOwner: image?.labels[ownerLabel],
    imageWorkingDir: image?.workingDir ?? '',
  }
}
