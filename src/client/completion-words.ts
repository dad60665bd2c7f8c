/** What the scripts of --completion have in common: the options, how words are told apart, how the engine is asked. Pure. */

export type Option = {
  readonly name: string
  readonly short: string | undefined
  readonly help: string
  /** docker's word for its value; '' for a switch. */
  readonly word: string
  readonly isMany: boolean
  readonly values: readonly string[]
  readonly isPath: boolean
  /** Not offered, as docker offers none of them. */
  readonly isHidden: boolean
}

export type Program = {
  readonly name: 'dockerrun' | 'dockerexec'
  /** What its first word is that is no option. */
  readonly first: 'images' | 'containers'
  readonly options: readonly Option[]
}

/** `-d`, `--detach` */
export const spellings = ({ name, short }: Option): readonly string[] => [
  ...(short === undefined ? [] : [`-${short}`]),
  `--${name}`,
]

/** A word behind which a value is to come: a flag by its name, or a cluster of letters of which only the last takes one. */
export const takingWords = (options: readonly Option[]): string => {
  const letters = (isSwitch: boolean) =>
    options.flatMap(({ short, word }) => (short !== undefined && (word === '') === isSwitch ? [short] : [])).join('')
  const names = options.filter(({ word }) => word !== '').map(({ name }) => name)
  return `^(--(${names.join('|')})|-[${letters(true)}]*[${letters(false)}])$`
}

const quietly = '2>/dev/null </dev/null'
/** docker's own client, where there is one: two seconds at most, and not a word of what went wrong. */
export const ask = {
  images: `timeout 2 docker images --format '{{.Repository}}:{{.Tag}}' ${quietly}`,
  containers: `timeout 2 docker ps --filter "label=dockerrun.owner=$USER" --format '{{.Names}}' ${quietly}`,
} as const

export const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
