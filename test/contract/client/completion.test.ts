/** bash, zsh and fish complete dockerrun's and dockerexec's lines: the real shells, with the script that --completion prints. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildCompletion } from '../../../src/client/completion.ts'
import { execFlags } from '../../../src/client/exec-flags.ts'
import type { Flag } from '../../../src/client/flag.ts'
import { knownValues, pathFlags } from '../../../src/client/known-values.ts'
import { runFlags } from '../../../src/client/run-flags.ts'
import { parseRun } from '../../../src/client/run-request.ts'
import { makeFolder } from '../../support/folder.ts'
import { checkout } from '../../support/packages.ts'
import { complete, shells, type Shell } from '../../support/shells.ts'

/** What an engine says of images and containers, to who asks as the scripts shall; an image's name is no program. */
const answering = String.raw`#!/bin/sh
case "$*" in
'images --format {{.Repository}}:{{.Tag}}') printf '%s\n' busybox:latest debian:12 localhost/ada/x:1 '<none>:<none>' '$(id):1' ;;
'ps --filter label=dockerrun.owner='*' --format {{.Names}}') printf '%s\n' work web-1 ;;
*) exit 1 ;;
esac
`
const failing = '#!/bin/sh\necho Cannot connect >&2\nexit 1\n'

let folder: ReturnType<typeof makeFolder>
const offers = (shell: Shell, line: string, programs = 'answering') =>
  complete(shell, line, {
    script: join(folder.path, shell),
    home: join(folder.path, 'home'),
    programs: join(folder.path, programs),
  })

const scriptOf = (shell: Shell) => buildCompletion(shell) ?? ''

beforeAll(() => {
  folder = makeFolder()
  for (const [name, text] of Object.entries({ answering, failing })) {
    mkdirSync(join(folder.path, name))
    writeFileSync(join(folder.path, name, 'docker'), text, { mode: 0o755 })
  }
  mkdirSync(join(folder.path, 'home'))
  for (const shell of shells) writeFileSync(join(folder.path, shell), scriptOf(shell))
})
afterAll(() => folder[Symbol.dispose]())

const images = ['busybox:latest', 'debian:12', 'localhost/ada/x:1']
const lines = [
  { line: 'dockerrun --pu', words: ['--publish', '--publish-all', '--pull'] },
  { line: 'dockerrun --pull ', words: ['always', 'missing', 'never'] },
  { line: 'dockerrun --pull=al', words: ['--pull=always'] },
  { line: 'dockerrun -a std', words: ['stderr', 'stdin', 'stdout'] },
  { line: 'dockerrun --network ho', words: ['host'] },
  { line: 'dockerrun --log-driver ', words: ['json-file', 'local', 'none'] },
  { line: 'dockerrun --restart ', words: ['no', 'on-failure', 'on-failure:'] },
  { line: 'dockerrun --cgroupns p', words: ['private'] },
  { line: 'dockerrun --ipc sh', words: ['shareable'] },
  { line: 'dockerrun --platform linux/ar', words: ['linux/arm/v7', 'linux/arm64'] },
  { line: 'dockerrun --detach-keys ctrl-p', words: ['ctrl-p,ctrl-q'] },
  { line: 'dockerrun --pid container:w', words: ['container:web-1', 'container:work'] },
  { line: 'dockerrun --ulimit n', words: ['nofile=', 'nproc='] },
  { line: 'dockerrun --memory ', words: [] },
  { line: 'dockerrun ', words: images },
  { line: 'dockerrun busybox:la', words: ['busybox:latest'] },
  { line: 'dockerrun -it -e X=y --rm d', words: ['debian:12'] },
  { line: 'dockerrun -itv /a:/b d', words: ['debian:12'] },
  { line: 'dockerrun --net host --name=x d', words: ['debian:12'] },
  { line: 'dockerrun -- d', words: ['debian:12'] },
  { line: 'dockerrun busybox --pu', words: [] },
  { line: 'dockerrun -m 1g busybox -', words: [] },
  { line: 'dockerexec ', words: ['web-1', 'work'] },
  { line: 'dockerexec -u 1000 -it we', words: ['web-1'] },
  { line: 'dockerexec --detach-', words: ['--detach-keys'] },
  { line: 'dockerexec work --e', words: [] },
]

const spelt = (flags: readonly Flag[]) =>
  flags.flatMap(({ name, short, hidden }) =>
    hidden === true ? [] : [`--${name}`, ...(short === undefined ? [] : [`-${short}`])],
  )

describe.for(shells)('%s', (shell) => {
  it.for(lines)('$line', ({ line, words }) => {
    expect(offers(shell, line)).toEqual(words)
  })

  it.for([
    { program: 'dockerrun', flags: runFlags },
    { program: 'dockerexec', flags: execFlags },
  ])('offers each flag of $program, by name and letter', ({ program, flags }) => {
    expect(offers(shell, `${program} -`)).toEqual(spelt(flags).toSorted())
  })

  // zsh then has the options instead, as for all commands.
  it.for(['dockerrun ', 'dockerexec ', 'dockerrun --pid container:'])(
    'offers nothing of an engine that does not answer: %s',
    (line) => {
      expect(offers(shell, line, 'failing').filter((word) => !/^-|^container:$/.test(word))).toEqual([])
    },
  )

  it.for(runFlags.filter(({ kind }) => kind !== 'switch'))('knows that --$name takes a value', ({ name }) => {
    expect(scriptOf(shell)).toMatch(shell === 'zsh' ? `--${name}=` : new RegExp(`[|(]${name}[|)]`))
  })
})

describe('--completion', () => {
  const run = (...argv: readonly string[]) =>
    spawnSync(process.execPath, [join(checkout, 'dist/dockerrun.cjs'), ...argv], { encoding: 'utf8' })

  it.for(shells)('prints the script for %s and nothing else', (shell) => {
    expect(run('--completion', shell)).toMatchObject({ status: 0, stdout: scriptOf(shell), stderr: '' })
  })

  it.for([
    {
      argv: ['--completion', 'tcsh'],
      says: 'dockerrun: --completion tcsh: no such shell\ndockerrun: hint: say bash, zsh',
    },
    { argv: ['--completion'], says: 'dockerrun: flag needs an argument: --completion' },
    { argv: ['--pull=x', 'busybox', '--completion', 'bash'], says: "dockerrun: invalid pull option: 'x'" },
  ])('is refused, or left to the command: $argv', ({ argv, says }) => {
    expect(run(...argv)).toMatchObject({ status: 125, stdout: '', stderr: expect.stringContaining(says) as string })
  })
})

const ends: Readonly<Record<string, string>> = { ':': '1', '=': '1' }
it.for([...knownValues].flatMap(([flag, values]) => values.map((value) => ({ flag, value }))))(
  '--$flag $value is taken',
  ({ flag, value }) => {
    const end = flag === 'mount' ? '/x,target=/y' : (ends[value.slice(-1)] ?? '')
    expect(() => parseRun([`--${flag}`, value + end, 'busybox'])).not.toThrow()
  },
)

it('knows values and paths of no flag that is not there', () => {
  const names = runFlags.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining([...knownValues.keys(), ...pathFlags]))
})
