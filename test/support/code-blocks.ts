/**
 * The fenced code blocks of a document, with what the HTML comments right above them say: where a block runs
 * (`<!-- runs: demo -->`), which file it is (`<!-- file: /etc/x.yaml -->`), or why it is not run (`<!-- not run: ... -->`). Pure.
 */
export type Block = {
  /** Of its first line, in the document. */
  readonly line: number
  readonly language: string
  readonly text: string
  readonly runs?: string
  readonly file?: string
  readonly notRun?: string
}

const marks = { runs: 'runs', file: 'file', 'not run': 'notRun' } as const

/** What a reader is told that each language means; any other is an error. */
const languages = ['sh', 'console', 'yaml', 'json', 'output']

/** Throws where a block is not understood: what nobody runs must not look like what somebody does. */
export function readBlocks(document: string): readonly Block[] {
  const lines = document.split('\n')
  const blocks: Block[] = []
  for (let at = 0; at < lines.length; at++) {
    const [, indent = '', fence, language = ''] = /^(\s*)(`{3,}|~{3,})\s*(.*)$/.exec(lines[at] ?? '') ?? []
    if (fence === undefined) continue
    const end = lines.findIndex((line, index) => index > at && line.trim() === fence)
    if (end < 0) throw new Error(`line ${at + 1}: a code block without an end`)
    if (indent !== '' || !languages.includes(language))
      throw new Error(`line ${at + 1}: a code block is ${languages.join(', ')}, and begins at the margin: ${language}`)
    const text = lines.slice(at + 1, end).join('\n')
    blocks.push({ line: at + 2, language, text, ...readMarks(lines, at) })
    at = end
  }
  return blocks
}

function readMarks(lines: readonly string[], fence: number): Partial<Block> {
  const found: Record<string, string> = {}
  for (let at = fence - 1; ; at--) {
    const [, name = '', value = ''] = /^<!-- ([a-z ]+): (.*) -->$/.exec(lines[at] ?? '') ?? []
    if (name === '') return found
    if (!isMark(name)) throw new Error(`line ${at + 1}: ${Object.keys(marks).join(', ')}, not ${name}`)
    found[marks[name]] = value
  }
}

const isMark = (name: string): name is keyof typeof marks => Object.hasOwn(marks, name)

export const isRun = ({ language, notRun }: Block): boolean =>
  notRun === undefined && (language === 'sh' || language === 'console')
