import { expect, it } from 'vitest'
import type { Flag } from '../../../src/client/flag.ts'
import { parseFlags } from '../../../src/client/parse.ts'

const flags: readonly Flag[] = [
  { name: 'detach', short: 'd', kind: 'switch', help: '' },
  { name: 'env', short: 'e', kind: 'list', help: '' },
  { name: 'interactive', short: 'i', kind: 'switch', help: '' },
  { name: 'rm', kind: 'switch', help: '' },
  { name: 'tty', short: 't', kind: 'switch', help: '' },
  { name: 'workdir', short: 'w', kind: 'string', help: '' },
]

it.for([
  { name: 'a cluster of switches', argv: ['-itd', 'img'], on: ['interactive', 'tty', 'detach'], rest: ['img'] },
  {
    name: 'a cluster that ends in a value',
    argv: ['-ite', 'A=1', 'img'],
    on: ['interactive', 'tty'],
    env: ['A=1'],
    rest: ['img'],
  },
  { name: 'a value after = of a short flag', argv: ['-eA=1', '-e=B=2', 'img'], env: ['A=1', 'B=2'], rest: ['img'] },
  { name: 'a value glued to its letter', argv: ['-w/tmp', 'img'], workdir: '/tmp', rest: ['img'] },
  {
    name: 'a long flag with =, and with a word of its own',
    argv: ['--env=A=1', '--env', 'B', 'img'],
    env: ['A=1', 'B'],
    rest: ['img'],
  },
  { name: 'a value that looks like a flag', argv: ['-e', '-x', 'img'], env: ['-x'], rest: ['img'] },
  { name: 'an empty value', argv: ['--workdir=', 'img'], workdir: '', rest: ['img'] },
  {
    name: 'a halt at the first word that is no option',
    argv: ['img', '-i', '--rm'],
    on: [],
    rest: ['img', '-i', '--rm'],
  },
  { name: '-- as the end of options', argv: ['-i', '--', '-img', 'x'], on: ['interactive'], rest: ['-img', 'x'] },
  { name: 'a lone - as a word', argv: ['-', '-i'], on: [], rest: ['-', '-i'] },
  { name: 'a switch set to false', argv: ['-i', '--interactive=false', '--rm=1'], on: ['rm'], rest: [] },
  { name: 'a short switch set to a value', argv: ['-i=false', '-t=T'], on: ['tty'], rest: [] },
  { name: 'the last of a flag given twice', argv: ['-w', '/a', '-w', '/b'], workdir: '/b', rest: [] },
])('reads $name as pflag does', ({ argv, on, env, workdir, rest }) => {
  const parsed = parseFlags(flags, argv)
  if (on !== undefined) expect(['interactive', 'tty', 'detach', 'rm'].filter(parsed.isOn)).toEqual(on)
  expect(parsed.all('env')).toEqual(env ?? [])
  expect(parsed.last('workdir')).toBe(workdir)
  expect(parsed.rest).toEqual(rest)
})

it.for([
  { argv: ['--bogus'], message: 'unknown flag: --bogus' },
  { argv: ['-ix'], message: "unknown shorthand flag: 'x' in -ix" },
  { argv: ['--env'], message: 'flag needs an argument: --env' },
  { argv: ['-ie'], message: "flag needs an argument: 'e' in -ie" },
  { argv: ['--rm=maybe'], message: 'invalid argument "maybe" for --rm: true or false is wanted' },
])('refuses $argv with status 125', ({ argv, message }) => {
  expect(() => parseFlags(flags, argv)).toThrow(
    expect.objectContaining({ status: 125, message: expect.stringContaining(message) as string }),
  )
})
