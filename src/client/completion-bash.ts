import { ask, quote, spellings, takingWords, type Option, type Program } from './completion-words.ts'

/** bash 4.2 and newer, without the package bash-completion. Pure. */
export const bashScript = (programs: readonly Program[]): string => `# source <(dockerrun --completion bash)

_dockerrun_images() { ${ask.images}; }
_dockerrun_containers() { ${ask.containers}; }

_dockerrun() {
  local first taking options
  case \${1##*/} in
${programs.map(caseOf).join('\n')}
  esac

  # bash takes words apart at : and =: they are put together again, by the blanks of the line.
  local IFS=$' \\t\\n' line=\${COMP_LINE:0:COMP_POINT} words=() n=-1 i word blank
  for ((i = 0; i <= COMP_CWORD; i++)); do
    blank=\${line%%[![:blank:]]*}
    line=\${line#"$blank"}
    word=\${COMP_WORDS[i]}
    ((i < COMP_CWORD)) || word=$line
    line=\${line#"$word"}
    if ((n >= 0)) && [[ -z $blank ]]; then words[n]+=$word; else words[++n]=$word; fi
  done
  local cur=\${words[n]}

  # Where we are: behind a flag (i > n), at the first word that is none (i = n), or behind that (i < n).
  for ((i = 1; i < n; i++)); do
    word=\${words[i]}
    [[ $word == -?* ]] || break
    if [[ $word == -- ]]; then
      options= i=$((i + 1))
      break
    fi
    [[ ! $word =~ $taking ]] || ((++i))
  done
  local flag= lead= found=
  COMPREPLY=()
  if ((i < n)); then
    compopt -o default 2>/dev/null
    return 0
  elif ((i > n)); then
    flag=\${words[n - 1]}
    [[ $flag == --* ]] || flag=-\${flag:\${#flag}-1}
  elif [[ $cur == --*=* ]]; then
    flag=\${cur%%=*} lead=\${cur%%=*}=
  fi
  case $flag in
    '') if [[ $cur == -* ]]; then found=$options; else found=$("_dockerrun_$first"); fi ;;
${valueCases(programs.flatMap(({ options }) => options)).join('\n')}
  esac
  read -r -d '' -a words <<<"$found"
  if [[ $cur == "$lead"container:* && $found == *container:* ]]; then
    read -r -d '' -a words <<<"$(_dockerrun_containers)"
    words=("\${words[@]/#/container:}")
  fi

  # What is replaced is what stands behind the last : or =.
  local breaks=\${COMP_WORDBREAKS//[!=:]/} cut=
  [[ -z $breaks || $cur != *[$breaks]* ]] || cut=\${cur%"\${cur##*[$breaks]}"}
  for word in "\${words[@]}"; do
    # Neither <none>:<none> nor anything that a shell would take for more than a name.
    [[ $word != *[!A-Za-z0-9_./:@=,-]* ]] || continue
    word=$lead$word
    [[ $word != "$cur"* ]] || COMPREPLY+=("\${word#"$cut"}")
  done
  [[ \${#COMPREPLY[@]} != 1 || \${COMPREPLY[0]} != *[=,:] ]] || compopt -o nospace 2>/dev/null
  return 0
}
complete -F _dockerrun dockerrun dockerexec
`

const caseOf = ({ name, first, options }: Program): string => {
  const shown = options.filter(({ isHidden }) => !isHidden).flatMap(spellings)
  return `    ${name}) first=${first} taking=${quote(takingWords(options))} options=${quote(shown.join(' '))} ;;`
}

/** A flag that both programs have has the same values in both. */
const valueCases = (options: readonly Option[]): readonly string[] => {
  const paths = new Set(options.filter(({ isPath }) => isPath).flatMap(spellings))
  const known = options
    .filter(({ values }) => values.length > 0)
    .map((option) => `    ${spellings(option).join(' | ')}) found=${quote(option.values.join(' '))} ;;`)
  return [...new Set(known), `    ${[...paths].join(' | ')}) compopt -o default 2>/dev/null ;;`]
}
