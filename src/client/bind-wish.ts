import { Failure } from '../failure.ts'

/** What -v and --mount ask for. Host paths only: each goes out as a Mount of type bind, so that nothing is made by root. */

export type BindWish = {
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
  /** Without what is mounted below the source. */
  readonly nonRecursive?: boolean
}

/** /src:/dst[:ro|rw], and ./src as docker takes it since 23.0. */
export const parseVolume = (word: string): BindWish => {
  const [source = '', target, options = '', ...more] = word.split(':')
  const refuse = (why: string) => new Failure('mount', `-v ${word}: ${why}`, { hint: 'say -v /HOST/PATH:/PATH[:ro]' })
  if (target === undefined) throw refuse('anonymous volumes are not offered yet: name a folder, /src:/dst')
  if (more.length > 0) throw refuse('/src:/dst[:ro|rw] is wanted')
  if (!/^[/.]/.test(source)) throw refuse('named volumes are not offered yet: name a folder, /src:/dst')
  if (!target.startsWith('/')) throw refuse('the path inside must begin with /')
  const words = options === '' ? [] : options.split(',')
  const unknown = words.find((each) => !['ro', 'rw', 'consistent', 'cached', 'delegated'].includes(each))
  if (unknown === 'z' || unknown === 'Z') throw refuse('relabelling host files needs root')
  if (unknown !== undefined) throw refuse(`unknown or unsupported mode ${unknown}: ro or rw is wanted`)
  return { source, target, readOnly: words.includes('ro') }
}

/** type=bind,source=/src,target=/dst[,readonly][,bind-nonrecursive] with docker's other names; a field may stand in CSV quotes. */
export const parseMount = (word: string): BindWish => {
  const refuse = (why: string) =>
    new Failure('mount', `--mount ${word}: ${why}`, { hint: 'say --mount type=bind,source=/HOST/PATH,target=/PATH' })
  let [type, source, target, readOnly, nonRecursive] = ['volume', '', '', false, false]
  for (const field of splitCsv(word)) {
    const equals = field.indexOf('=')
    const key = (equals < 0 ? field : field.slice(0, equals)).toLowerCase()
    const value = equals < 0 ? undefined : field.slice(equals + 1)
    if (key === 'readonly' || key === 'ro') readOnly = isTrue(key, value ?? 'true', refuse)
    else if (key === 'bind-nonrecursive') nonRecursive = isTrue(key, value ?? 'true', refuse)
    else if (value === undefined) throw refuse(`${key} needs a value`)
    else if (key === 'type') type = value.toLowerCase()
    else if (key === 'source' || key === 'src') source = value
    else if (key === 'target' || key === 'dst' || key === 'destination') target = value
    else if (key === 'bind-propagation') checkPropagation(value, refuse)
    else throw refuse(`${key} is unknown or not offered yet`)
  }
  if (type !== 'bind') throw refuse(`type=${type} is not offered yet: type=bind is wanted`)
  if (!/^[/.]/.test(source)) throw refuse('source must be a path')
  if (!target.startsWith('/')) throw refuse('target must begin with /')
  return { source, target, readOnly, ...(nonRecursive ? { nonRecursive } : {}) }
}

/** What docker does anyway; anything else could put mounts on the host (M07). */
const checkPropagation = (value: string, refuse: (why: string) => Failure): void => {
  if (!['', 'rprivate', 'private'].includes(value.toLowerCase()))
    throw refuse(`bind-propagation=${value} needs root: rprivate is what there is`)
}

const isTrue = (key: string, value: string, refuse: (why: string) => Failure): boolean => {
  if (/^(1|t|true)$/i.test(value)) return true
  if (/^(0|f|false)$/i.test(value)) return false
  throw refuse(`${key}=${value}: true or false is wanted`)
}

const splitCsv = (word: string): readonly string[] =>
  [...word.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  )
