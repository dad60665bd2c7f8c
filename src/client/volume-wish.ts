import { resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { objectToPropagation, type Mount } from './mount-wish.ts'

/**
 * -v as docker's client and engine read it (docker/cli internal/volumespec, moby volume/mounts). A host path goes out as a Mount
 * of type bind, since the engine makes a missing source of `Binds` as root; a named volume as docker has it. Pure.
 */
export type Volume =
  | { readonly kind: 'bind'; readonly mount: Mount }
  | { readonly kind: 'named'; readonly bind: string; readonly target: string }
  | { readonly kind: 'anonymous'; readonly target: string }

const harmless = ['ro', 'rw', 'consistent', 'cached', 'delegated', 'default']

/** Throws a Failure for what docker's client or the engine refuses, and for what no site can grant. */
export const parseVolume = (word: string): Volume => {
  const refuse = (why: string, hint = 'say -v /HOST/PATH:/PATH[:ro] or -v NAME:/PATH') =>
    new Failure('mount', `-v ${word}: ${why}`, { hint })
  const [source = '', target, mode, ...more] = word.split(':')
  if (word === '') throw refuse('it is empty')
  if (more.length > 0) throw refuse('too many colons')
  if (source === '' || target === '' || mode === '') throw refuse('empty section between colons')
  const inside = target ?? source
  if (!inside.startsWith('/')) throw refuse(`${inside} is no absolute path`)
  if (resolve('/', inside) === '/') throw refuse("destination can't be '/'")
  if (target === undefined) return { kind: 'anonymous', target: resolve('/', source) }
  const words = mode?.split(',') ?? []
  if (words.some((each) => /^z$/i.test(each))) throw refuse('relabelling host files needs root', 'leave z out')
  return /^[/.~]/.test(source)
    ? { kind: 'bind', mount: bindOf(source, target, words, refuse) }
    : { kind: 'named', bind: namedBind(source, target, words, refuse), target: resolve('/', target) }
}

const bindOf = (
  source: string,
  target: string,
  words: readonly string[],
  refuse: (why: string, hint?: string) => Failure,
): Mount => {
  if (source.startsWith('~')) throw refuse('~ is for the shell to replace', 'say -v "$HOME/...":/PATH')
  const propagation = words.find((each) => /^r?(?:shared|slave|private)$/.test(each))
  const unknown = words.find((each) => !harmless.includes(each) && each !== propagation)
  if (unknown !== undefined) throw refuse(`invalid mode: ${unknown}`, 'ro or rw is wanted')
  const why = objectToPropagation(propagation ?? '')
  if (why !== undefined) throw refuse(why, 'leave it out')
  const isReadOnly = words.includes('ro')
  // What is mounted below a read-only bind would stay writable on older engines (M09).
  const options = {
    ...(isReadOnly ? { NonRecursive: true } : {}),
    ...(propagation === undefined ? {} : { Propagation: propagation }),
  }
  return {
    Type: 'bind',
    Source: source,
    Target: resolve('/', target),
    ...(isReadOnly ? { ReadOnly: true } : {}),
    ...(Object.keys(options).length === 0 ? {} : { BindOptions: options }),
  }
}

const namedBind = (
  name: string,
  target: string,
  words: readonly string[],
  refuse: (why: string, hint?: string) => Failure,
): string => {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name))
    throw refuse(
      `${name} is no volume name`,
      'two characters or more, of letters, digits, "_", "." and "-"; a path begins with / or ./',
    )
  const unknown = words.find((each) => !['ro', 'rw', 'nocopy'].includes(each))
  if (unknown !== undefined) throw refuse(`invalid mode: ${unknown}`, 'ro, rw or nocopy is wanted')
  return [name, resolve('/', target), ...(words.length === 0 ? [] : [words.join(',')])].join(':')
}
