/** A transcript of a terminal (```console), taken apart into what is typed and what is then seen. Pure. */
export type Step = {
  /** Who types: a login, or root. */
  readonly who: string
  readonly command: string
  /** Typed into the command while it runs: at which prompt, and what. */
  readonly typed: readonly { readonly prompt: string; readonly text: string }[]
  /** What is seen after the command: `...` stands for anything, on a line of its own for any lines. */
  readonly seen: readonly string[]
}

const prompt = /^(?:([a-z]+)\$|#) (.+)$/
/** That of a shell inside a container, as in `~ $ id`. */
const inner = /^(\S+ [$#] )(.*)$/

export function readTranscript(text: string): readonly Step[] {
  const steps: Step[] = []
  for (const line of text.split('\n')) {
    const [, login = 'root', command] = prompt.exec(line) ?? []
    if (command !== undefined) {
      steps.push({ who: login, command, typed: [], seen: [] })
      continue
    }
    const last = steps.pop()
    if (last === undefined) throw new Error(`a transcript begins with a prompt, "ada$ " or "# ": ${line}`)
    steps.push(withLine(last, line))
  }
  return steps
}

function withLine(step: Step, line: string): Step {
  const continues = step.seen.length === 0 && line.startsWith('> ')
  if (continues) return { ...step, command: `${step.command}\n${line.slice(2)}` }
  const [, at, text = ''] = inner.exec(line) ?? []
  const typed = at === undefined ? step.typed : [...step.typed, { prompt: at, text }]
  return { ...step, typed, seen: [...step.seen, line] }
}

/** Is this what the transcript says? */
export function isSeen(expected: readonly string[], actual: string): boolean {
  const lines = expected.map((line) =>
    line.trim() === '...' ? '(?:.*\\n)*?' : `${line.split('...').map(literal).join('.*')}\\n`,
  )
  return new RegExp(`^${lines.join('')}$`).test(actual === '' || actual.endsWith('\n') ? actual : `${actual}\n`)
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
