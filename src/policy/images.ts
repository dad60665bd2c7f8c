/** Pulls. A pull writes the name it reads, for everybody on this engine: so it must be that registry's name (DESIGN 4, M17). */
import type { Facts } from './facts.ts'
import type { Request } from './request.ts'

const hostPart = '[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?'
const part = '[A-Za-z0-9]+(?:(?:\\.|__?|-+)[A-Za-z0-9]+)*'
const tagPart = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}'
const digestPart = 'sha256:[0-9a-f]{64}'

/** An image name without tag, and what may stand in ?tag=. Nothing else is asked of the engine either. */
const imageNameForm = new RegExp(
  `^(?=.{1,255}$)(?:${hostPart}/)?${part}(?:/${part})*(?::${tagPart})?(?:@${digestPart})?$`,
)
const tagForm = new RegExp(`^(?:${tagPart}|${digestPart}|)$`)

export type PulledImage = { readonly repository: string; readonly reference: string; readonly host: string }

/** The image that a pull would write, by the name the engine lists it under; undefined where the names are not plain. */
export function pulledImage({ query }: Request): PulledImage | undefined {
  const [name, tag] = [query.get('fromImage') ?? '', query.get('tag') ?? '']
  // Without one the engine pulls every tag there is; with two it has a choice.
  const isTagged = /@|:[^/]*$/.test(name)
  if (!imageNameForm.test(name) || !tagForm.test(tag) || isTagged === (tag !== '') || /:[^/]*@/.test(name))
    return undefined
  const familiar = name.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\/(?=[^/]+$)/, '')
  const repository = familiar.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
  return {
    host: registryOf(name),
    repository,
    reference: tag === '' ? familiar : `${repository}${tag.includes(':') ? '@' : ':'}${tag}`,
  }
}

/** The engine speaks plain HTTP to these (moby registry/config.go), and any user of the host may listen there. */
const loopback = /^(?:localhost|127(?:\.[0-9]+){3}|\[?::1\]?)(?::[0-9]+)?$/i

export function objectToPull(
  request: Request,
  { registries, imageIsLocal, registryIsHere }: Facts,
): string | undefined {
  const name = request.query.get('fromImage') ?? ''
  const image = pulledImage(request)
  if (image === undefined) return `${name}: a pull names one image, by one tag or one digest`
  const { host } = image
  if (/^localhost$/i.test(host)) return `${name}: names below localhost/ are never pulled`
  if (registries !== undefined && !registries.includes(host)) return `${name}: pulls from ${host} are not granted here`
  if (registries === undefined && (registryIsHere || loopback.test(host)))
    return `${name}: anyone here could be ${host}: the administrator has to name it in the policy (registries)`
  return imageIsLocal
    ? `${name}: an image of this name was made here and is not replaced: ask the administrator`
    : undefined
}

/** As docker reads a reference (distribution/reference): the first part is a host if it has a dot, a colon or is localhost. */
function registryOf(name: string): string {
  const [first = '', ...rest] = name.split('/')
  return rest.length > 0 && (/[.:A-Z]/.test(first) || first === 'localhost') ? first : 'docker.io'
}
