import { Failure } from '../failure.ts'

/** An image reference as docker reads it (distribution/reference): [domain/]path[:tag][@digest]. Pure. */
export type Reference = { readonly name: string; readonly tag: string }

const domain = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?'
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const pattern = new RegExp(
  `^((?:${domain}/)?${component}(?:/${component})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@([a-z0-9+._-]+:[0-9a-fA-F]{32,}))?$`,
)

/** What POST /images/create wants: the name without docker.io, and the tag or digest. */
export const parseReference = (image: string): Reference => {
  const [, name, tag, digest] = pattern.exec(image) ?? []
  if (name === undefined) {
    const isOnlyCase = pattern.test(image.toLowerCase())
    throw new Failure(
      'image',
      `invalid reference format${isOnlyCase ? ': repository name must be lowercase' : ''}: ${image}`,
      { hint: 'an image is REPOSITORY[:TAG] or REGISTRY/REPOSITORY[:TAG], in lower case' },
    )
  }
  const familiar = name.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\/(?=[^/]+$)/, '')
  return { name: familiar, tag: digest ?? tag ?? 'latest' }
}

/** Where it is pulled from: a first part that could be a host is one (distribution/reference, splitDockerDomain). */
export const registryOf = ({ name }: Reference): string => {
  const [first = '', ...rest] = name.split('/')
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase()
  return rest.length > 0 && isHost ? first : 'docker.io'
}
