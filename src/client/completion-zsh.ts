import { ask, quote, type Option, type Program } from './completion-words.ts'

/** zsh, by its own _arguments. Pure. */
export const zshScript = (programs: readonly Program[]): string => `#compdef dockerrun dockerexec
# source <(dockerrun --completion zsh) behind compinit, or as _dockerrun in a folder of $fpath

_dockerrun_images() { _dockerrun_names "$@" -- \${(f)"$(${ask.images})"} }
_dockerrun_containers() { _dockerrun_names "$@" -- \${(f)"$(${ask.containers})"} }

# Options of compadd, --, and words: <none>:<none> is not one.
_dockerrun_names() {
  local n=\${@[(i)--]}
  compadd "\${(@)@[1,n-1]}" -- "\${(@)@[n+1,-1]:#*[^A-Za-z0-9_./:@-]*}"
}

# Those that end in = , or : want the rest behind them.
_dockerrun_known() {
  local n=\${@[(i)--]}
  local -a given=("\${(@)@[1,n-1]}") values=("\${(@)@[n+1,-1]}")
  if compset -P container:; then
    _dockerrun_containers "$given[@]"
  else
    compadd "$given[@]" -- "\${(@)values:#*[=,:]}"
    compadd "$given[@]" -S '' -- "\${(@M)values:#*[=,:]}"
  fi
}

_dockerrun() {
  case $service in
${programs.map(caseOf).join('\n')}
  esac
}

if [[ $funcstack[1] == _dockerrun ]]; then _dockerrun "$@"; else compdef _dockerrun dockerrun dockerexec; fi
`

const caseOf = ({ name, first, options }: Program): string =>
  [
    `    ${name}) _arguments -s -S -A '-*' \\`,
    ...options.map((option) => `      ${specOf(option)} \\`),
    `      ':${first}:_dockerrun_${first}' '*:file:_files' ;;`,
  ].join('\n')

/** `'(-m --memory)'{-m+,--memory=}'[Memory limit]:bytes: '` */
const specOf = ({ name, short, help, word, isMany, isHidden, ...option }: Option): string => {
  const [letter, long] = word === '' ? [`-${short}`, `--${name}`] : [`-${short}+`, `--${name}=`]
  const names = short === undefined ? long : `{${letter},${long}}`
  const before = isHidden ? "'!'" : isMany ? "'*'" : short === undefined ? '' : quote(`(-${short} --${name})`)
  const value = word === '' ? '' : `:${word}:${actionOf(option)}`
  return `${before}${names}${quote(`[${plain(help)}]${value}`)}`
}

const actionOf = ({ isPath, values }: Pick<Option, 'isPath' | 'values'>): string => {
  if (isPath) return '_files'
  return values.length === 0 ? ' ' : `_dockerrun_known -- ${values.map(plain).join(' ')}`
}

const plain = (text: string): string => text.replaceAll(/[[\]:\\]/g, String.raw`\$&`)
