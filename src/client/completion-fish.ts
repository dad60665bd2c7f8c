import { ask, takingWords, type Option, type Program } from './completion-words.ts'

/** fish 3. Pure. */
export const fishScript = (programs: readonly Program[]): string => `# dockerrun --completion fish | source

function __dockerrun_images
    ${ask.images} | string match -rv '[^A-Za-z0-9_./:@-]'
end
function __dockerrun_containers
    ${ask.containers} | string match -rv '[^A-Za-z0-9_./:@-]'
end
function __dockerrun_joined
    string match -q '*container:*' -- (commandline -ct)
    and __dockerrun_containers | string replace -r '^' container:
end

# No image, or no container, is named yet.
function __dockerrun_before -a taking
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        set -l word $words[1]
        set -e words[1]
        if test $word = --
            not set -q words[1]
            return
        else if string match -qr -- $taking $word
            set -e words[1]
        else if not string match -qr -- '^-.' $word
            return 1
        end
    end
end

${programs.map(linesOf).join('\n')}`

const linesOf = ({ name, first, options }: Program): string => {
  const condition = `__dockerrun_${name}_before`
  const each = options
    .filter(({ isHidden }) => !isHidden)
    .map((option) => `complete -c ${name} -n ${condition} ${specOf(option)}\n`)
  return [
    `function ${condition}\n    __dockerrun_before ${quote(takingWords(options))}\nend\n`,
    `complete -c ${name} -n ${condition} -f -a '(__dockerrun_${first})'\n`,
    ...each,
  ].join('')
}

const specOf = ({ name, short, help, word, values, isPath }: Option): string => {
  const joined = values.includes('container:') ? ' (__dockerrun_joined)' : ''
  const known = values.length === 0 ? '' : ` -a ${quote(values.join(' ') + joined)}`
  const value = word === '' ? '' : isPath ? ' -r -F' : ` -x${known}`
  return `${short === undefined ? '' : `-s ${short} `}-l ${name}${value} -d ${quote(help)}`
}

/** fish has another way to quote than sh. */
const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`
