/** Images: a name written is written for everybody on this engine, so users write only names of their own (DESIGN 4, M17). */
import { matching } from './checks.ts'
import type { Facts } from './facts.ts'
import { textAt, type FieldRules } from './fields.ts'
import {
  isOwnRepository,
  longestReference,
  matchesImage,
  normalizeImage,
  ownRepository,
  registryOf,
} from './patterns.ts'
import type { Request } from './request.ts'
import type { QueryCheck } from './rule.ts'

const tagForm = /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|sha256:[0-9a-f]{64}|)$/

export type PulledImage = { readonly repository: string; readonly reference: string; readonly host: string }

/** The image that a pull would write, by the name the engine lists it under; undefined where the names are not plain. */
export function pulledImage({ query }: Request): PulledImage | undefined {
  const [name, tag] = [query.get('fromImage') ?? '', query.get('tag') ?? '']
  const image = normalizeImage(name)
  // Without one the engine pulls every tag there is; with two it has a choice.
  const isTagged = image !== undefined && /@|:[^/]*$/.test(name)
  if (image === undefined || !tagForm.test(tag) || isTagged === (tag !== '') || /:[^/]*@/.test(name)) return undefined
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

export function objectToPull(request: Request, facts: Facts): string | undefined {
  const { grants, imageIsLocal, registryIsHere } = facts
  const name = request.query.get('fromImage') ?? ''
  if (name.length > longestReference) return `the name of an image has no more than ${longestReference} characters`
  const image = pulledImage(request)
  if (image === undefined) return `${name}: a pull names one image, by one tag or one digest`
  const { host } = image
  if (/^localhost$/i.test(host)) return `${name}: names below localhost/ are never pulled`
  if (grants.registries?.includes(host) === false) return `${name}: pulls from ${host} are not granted here`
  if (grants.registries === undefined && (registryIsHere || loopback.test(host)))
    return `${name}: anyone here could be ${host}: the administrator has to name it in the policy (registries)`
  if (imageIsLocal) return `${name}: an image of this name was made here and is not replaced: ask the administrator`
  return objectToImage(image.reference, facts)
}

/** Policy may name the images a user runs; an id is no name. */
export function objectToImage(reference: string, { caller, grants }: Facts): string | undefined {
  if (grants.images === undefined) return undefined
  const account = caller.kind === 'user' ? caller.account : undefined
  return matchesImage(grants.images, reference, account)
    ? undefined
    : `${reference.slice(0, 200)}: policy grants these images: ${grants.images.join(', ')}`
}

export const objectToContainerImage = ({ body }: Request, facts: Facts): string | undefined => {
  const why = body.kind === 'json' ? objectToImage(textAt(body.value, 'Image'), facts) : undefined
  return why === undefined ? undefined : `Image: ${why}`
}

/** The repository of ?repo=, for a tag or a commit. */
export const ownName: QueryCheck = (value, facts) => objectToRepository(value ?? '', facts)
export const tag: QueryCheck = matching(/^(?:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|)$/, 'a tag')

/** A name with its tag in the path of the request, to be deleted. */
export const objectToImageName = ({ object }: Request, facts: Facts): string | undefined =>
  objectToRepository(/@/.test(object) ? '' : object.replace(/:[^/:]*$/, ''), facts)

/** The engine sends it to the registry in the name: so a name below localhost/ goes nowhere. */
export const objectToPush = ({ object }: Request): string | undefined =>
  registryOf(object) === 'localhost'
    ? 'names below localhost/ stay here: tag it with a name of a registry that policy grants you (repositories)'
    : undefined

const longestLogin = 64 * 1024

/** The engine asks the registry, and does not show which one. */
export const objectToLogin = ({ length = '' }: Request, { grants }: Facts): string | undefined => {
  // The engine alone reads it, into its memory and to its end.
  if (!/^[0-9]{1,5}$/.test(length) || Number(length) > longestLogin)
    return `the body is chunked, or longer than a password: send its Content-Length, up to ${longestLogin}`
  return grants.registries === undefined
    ? undefined
    : 'policy names registries, and the engine does not show which one this is for: log in with a tool that asks it itself'
}

function objectToRepository(name: string, { caller, grants }: Facts): string | undefined {
  if (caller.kind !== 'user') return 'nobody in particular writes no image names'
  return isOwnRepository(name, caller.account, grants.repositories)
    ? undefined
    : `image names are everybody's: yours are ${[`${ownRepository(caller.account)}/...`, ...grants.repositories].join(' and ')} (M17)`
}

/** Settings of the new image: docker gives them as `changes`, which are read like a Dockerfile, and sends no more than null here. */
export const commitBody: FieldRules = {}

/** Root's classic builds would take a layer from such an image (M27): one of a remapped container could be anybody's. */
export const objectToCommit = (_: Request, { container }: Facts): string | undefined =>
  container?.ids === 'remapped' ? 'images of remapped containers are not granted (M27)' : undefined
