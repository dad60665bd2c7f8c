/** What `dockerrunctl --help` tells is what its man page tells. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'vitest'

const checkout = join(import.meta.dirname, '../..')
const page = readFileSync(join(checkout, 'man/dockerrunctl.8'), 'utf8')
const help = (...command: readonly string[]) =>
  execFileSync(process.execPath, [join(checkout, 'dist/dockerrunctl.cjs'), ...command, '--help'], { encoding: 'utf8' })

/** The first words of the indented lines below a heading. */
const wordsBelow = (text: string, heading: string): readonly string[] => {
  const [, section = ''] = text.split(`\n${heading}:\n`)
  return [...(section.split('\n\n')[0] ?? '').matchAll(/^ {2}(\S.*?)(?: {2,}|$)/gm)].map(([, words = '']) => words)
}
/** `dockerrunctl cert issue [login]` -> `cert issue`. */
const commandsOf = (text: string): readonly string[] =>
  wordsBelow(text, 'Commands').map((line) => line.replace(/^dockerrunctl /, '').replace(/ [[<].*/, ''))

const groups = commandsOf(help())
const commands = groups.flatMap((group) => {
  const own = commandsOf(help(group))
  return own.length === 0 ? [group] : own
})

describe('the man page of dockerrunctl', () => {
  it('has an entry for each command, and for no other', ({ expect }) => {
    const entries = [...page.matchAll(/^\.It Cm ([a-z]+(?: [a-z]+)?)/gm)].map(([, command]) => command)
    expect(new Set(entries)).toEqual(new Set(commands))
  })

  it('has an entry for each option, and for no other', ({ expect }) => {
    const told = commands.flatMap((command) => wordsBelow(help(...command.split(' ')), 'Options'))
    const entries = [...page.matchAll(/^\.It (?:Cm cert issue )?Fl Fl ([a-z-]+)/gm)].map(([, option]) => `--${option}`)
    expect(new Set(entries)).toEqual(new Set(told))
  })
})
