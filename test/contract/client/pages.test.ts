/** The table of flags, --help and the man page say the same of dockerrun and of dockerexec. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { defaults } from '../../../src/client/config.ts'
import { execFlags } from '../../../src/client/exec-flags.ts'
import type { Flag } from '../../../src/client/flag.ts'
import { kinds } from '../../../src/client/kinds.ts'
import { isNeverGranted } from '../../../src/client/known-values.ts'
import { runFlags } from '../../../src/client/run-flags.ts'
import { checkout } from '../../support/packages.ts'
import { rewrites } from './rewrites.ts'

const headOf = ({ name, short, kind }: Flag) =>
  [short === undefined ? '' : `-${short}`, `--${name}`, kinds[kind].word].join(' ').trim()
const ordered = (flags: readonly Flag[]) => flags.toSorted((one, other) => (one.name < other.name ? -1 : 1)).map(headOf)

/** Flags of a section of --help, in its order. */
const told = (help: string, title: string) => {
  const [, rest = ''] = help.split(`\n${title}:\n`)
  const lines = (rest.split('\n\n')[0] ?? '').matchAll(
    /^ {2}(?:-([A-Za-z]),| {3}) (--[a-z0-9-]+)(?: ([a-z0-9-]+))? {3,}\S/gm,
  )
  return [...lines].map(([, short, name, word]) =>
    [short === undefined ? '' : `-${short}`, name, word ?? ''].join(' ').trim(),
  )
}

/** A section of the page, and each entry's head with its text. */
const sectionOf = (page: string, title: string) =>
  (page.split(`\n.Ss ${title}\n`)[1] ?? '').split(/^\.S[sh] /m)[0] ?? ''
const entriesOf = (section: string) =>
  [
    ...section.matchAll(/^\.It (?:Fl ([A-Za-z]) , )?Fl -([a-z0-9-]+)(?: Ar ([a-z0-9-]+))?\n([^]*?)(?=^\.It |^\.El)/gm),
  ].map(([, short, name = '', word = '', text = '']) => ({
    head: [short === undefined ? '' : `-${short}`, `--${name}`, word].join(' ').trim(),
    name,
    text: plain(text),
  }))
const plain = (text: string) => text.replaceAll(String.raw`\(aq`, "'")

const sections = [
  { page: 'Options of docker', help: 'Options', has: (flag: Flag) => flag.ours !== true && !isNeverGranted(flag) },
  { page: 'Our own options', help: 'Our own', has: ({ ours }: Flag) => ours === true },
  { page: 'Options that no site grants', help: 'Refused everywhere', has: isNeverGranted },
]

describe.for([
  { program: 'dockerrun', flags: runFlags },
  { program: 'dockerexec', flags: execFlags },
])('$program', ({ program, flags }) => {
  const page = readFileSync(join(checkout, `man/${program}.1`), 'utf8')
  const run = (...argv: readonly string[]) =>
    execFileSync(process.execPath, [join(checkout, `dist/${program}.cjs`), ...argv], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  const help = run('--help')

  it.for(sections)('has each flag once in --help: $help', ({ help: title, has }, { expect }) => {
    expect(told(help, title)).toEqual(ordered(flags.filter((flag) => has(flag) && flag.hidden !== true)))
  })

  it.for(sections)('has each flag once in the man page: $page', ({ page: title, has }, { expect }) => {
    expect(entriesOf(sectionOf(page, title)).map(({ head }) => head)).toEqual(ordered(flags.filter(has)))
  })

  it('has no other entry for a flag, and no flag twice', ({ expect }) => {
    expect(page.match(/^\.It Fl /gm)).toHaveLength(flags.length)
    expect(new Set(flags.map(({ name }) => name)).size).toBe(flags.length)
    const letters = flags.flatMap(({ short }) => short ?? [])
    expect(new Set(letters).size).toBe(letters.length)
  })

  it('says why of each flag that no site grants', ({ expect }) => {
    for (const { name, text } of entriesOf(sectionOf(page, 'Options that no site grants')))
      expect(text.toLowerCase()).toContain(flags.find((flag) => flag.name === name)?.refused?.why.toLowerCase())
  })

  it("has docker's layout in --help: the line of use first, nothing on stderr, status 0", ({ expect }) => {
    const operands = program === 'dockerrun' ? 'IMAGE [COMMAND] [ARG...]' : 'CONTAINER COMMAND [ARG...]'
    expect(help.split('\n')[0]).toBe(`Usage:  ${program} [OPTIONS] ${operands}`)
    expect(help.endsWith('\n')).toBe(true)
  })
})

describe('the man page of dockerrun', () => {
  const page = readFileSync(join(checkout, 'man/dockerrun.1'), 'utf8')
  const section = (title: string) => (page.split(`\n.Sh ${title}\n`)[1] ?? '').split('\n.Sh ')[0] ?? ''

  it('has each setting of dockerrun.yaml', ({ expect }) => {
    const keys = [...section('CONFIGURATION').matchAll(/^\.It Cm (.+)$/gm)].map(([, key]) => key)
    expect(keys).toEqual(Object.keys(defaults))
  })

  it("has each way in which a request differs from docker's", ({ expect }) => {
    const names = [...section('DIFFERENCES FROM DOCKER').matchAll(/^\.It (.+)$/gm)].map(([, name]) =>
      name?.replace('\\', ''),
    )
    expect(names).toEqual(rewrites.map(({ name }) => name))
  })
})
